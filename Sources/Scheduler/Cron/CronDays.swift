/// The days of the calendar that the third and the fifth field of a cron expression name.
struct CronDays: Sendable, Hashable {
    /// Of the month.
    var numbers = NumberSet()
    /// `L`: the last of the month.
    var hasLast = false
    /// `LW`: the last of the month that is no Saturday and no Sunday.
    var hasLastWorkday = false
    /// Of the week, 0 for Sunday.
    var weekdays = NumberSet()
    /// `5L`: the last Friday of the month.
    var lastWeekdays = NumberSet()
    /// `1#2`: the second Monday of the month, by the week of the month from 1.
    var nthWeekdays: [Int: NumberSet] = [:]
    /// Whether a day must fit both fields; else one is enough.
    var mustFitBoth = true

    func contains(_ date: CivilDate) -> Bool {
        let fitsMonth = isNamedOfMonth(date)
        // A day of the week costs more to find out.
        if mustFitBoth ? !fitsMonth : fitsMonth { return fitsMonth }
        return isNamedOfWeek(date)
    }

    private func isNamedOfMonth(_ date: CivilDate) -> Bool {
        if numbers.contains(date.day) { return true }
        guard hasLast || hasLastWorkday else { return false }
        let last = date.daysInMonth
        if hasLast, date.day == last { return true }
        guard hasLastWorkday else { return false }
        switch CivilDate(year: date.year, month: date.month, day: last).weekday {
        case 6: return date.day == last - 1
        case 0: return date.day == last - 2
        default: return date.day == last
        }
    }

    private func isNamedOfWeek(_ date: CivilDate) -> Bool {
        let weekday = date.weekday
        if weekdays.contains(weekday) { return true }
        if lastWeekdays.contains(weekday), date.day + 7 > date.daysInMonth { return true }
        return nthWeekdays[(date.day + 6) / 7]?.contains(weekday) ?? false
    }
}
