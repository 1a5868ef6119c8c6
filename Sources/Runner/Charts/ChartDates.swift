/// Dates as charts read and show them: of the calendar of ISO 8601, in UTC, as seconds since 1970.
enum ChartDates {
    /// Kept, since a literal is compiled wherever it is come to. `nonisolated(unsafe)`: a regular expression may hold
    /// functions, which this one does not.
    nonisolated(unsafe) private static let pattern =
        /([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?\s?(Z|[+\-][0-9]{2}:?[0-9]{2})?)?)?/

    /// Reads `2026-03`, `2026-03-01`, `2026-03-01T18:30`, with or without seconds and an offset.
    static func seconds(_ text: String) -> Double? {
        guard let match = text.wholeMatch(of: pattern), let year = Int(match.output.1),
            let month = Int(match.output.2), (1...12).contains(month)
        else { return nil }
        let day = match.output.3.flatMap { Int($0) } ?? 1
        let hour = match.output.4.flatMap { Int($0) } ?? 0
        let minute = match.output.5.flatMap { Int($0) } ?? 0
        let second = match.output.6.flatMap { Int($0) } ?? 0
        let fraction = match.output.7.flatMap { Double("0\($0)") } ?? 0
        // 60 is a leap second.
        guard day >= 1, day <= days(inMonth: month, of: year), hour < 24, minute < 60, second <= 60 else { return nil }
        let offset = match.output.8.map(offset) ?? 0
        return Double(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset) + fraction
    }

    /// Marks for an axis: as many as fit, at the beginnings of minutes, hours, days, weeks, months or years.
    static func scale(_ range: ClosedRange<Double>, marks: Int) -> (scale: ChartScale, labels: [String]) {
        var low = range.lowerBound
        var high = range.upperBound
        if high - low < 0.001 {
            low -= 43_200
            high += 43_200
        }
        for step in DateStep.all where step.count(in: low...high) <= max(marks, 2) {
            let ticks = step.ticks(in: low...high)
            guard !ticks.isEmpty else { break }
            return (ChartScale(low: low, high: high, ticks: ticks), ticks.map(step.label))
        }
        return (ChartScale(low: low, high: high, ticks: [low]), [date(low)])
    }

    static func date(_ seconds: Double) -> String {
        let (year, month, day) = civil(Int((seconds / 86_400).rounded(.down)))
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    }

    /// With the time of day, where it is not midnight.
    static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        let time = ((whole % 86_400) + 86_400) % 86_400
        guard time != 0 else { return date(seconds) }
        let clock = "\(padded(time / 3600)):\(padded(time / 60 % 60))"
        return date(seconds) + " " + clock + (time % 60 == 0 ? "" : ":\(padded(time % 60))")
    }

    static func padded(_ number: Int, _ width: Int = 2) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static func offset(_ text: Substring) -> Int {
        let digits = text.filter(\.isNumber)
        guard digits.count == 4, let number = Int(digits) else { return 0 }
        return (number / 100 * 3600 + number % 100 * 60) * (text.hasPrefix("-") ? -1 : 1)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - days(year, month, 1)
    }

    /// Days since 1970 of a date, and below the reverse: Howard Hinnant's algorithms, in which years begin in March.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
