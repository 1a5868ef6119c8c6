extension CronExpression {
    /// The first time after a moment at which the expression fits, in a time zone; `nil` where there is none within 50
    /// years.
    ///
    /// When the clocks change: a fixed time that falls into the gap comes at the first minute after it, once, and one that
    /// the clock shows twice comes the first time only. With a wildcard in minute or hour, the clock is followed as it
    /// goes, so that nothing is skipped or doubled.
    ///
    /// - Parameter moment: in seconds since 1970.
    package func next(after moment: Int, in zone: ZoneRules) -> Int? {
        isFixedTime ? nextFixed(after: moment, zone) : nextFollowing(after: moment, zone)
    }

    /// By what the clock on the wall shows.
    private func nextFixed(after start: Int, _ clock: ZoneRules) -> Int? {
        let local = start + clock.offset(at: start)
        // Of the minute that the clock shows now, the first second is over.
        var (day, second) = (local.dividing(by: 86_400), local.remainder(of: 86_400) + 1)
        let last = CivilDate(daysSince1970: day).year + Self.mostYears
        while true {
            let date = CivilDate(daysSince1970: day)
            guard date.year <= last else { return nil }
            if matches(date) {
                while let minute = firstMinute(from: (second + 59) / 60) {
                    let found = clock.instant(ofLocal: day * 86_400 + minute * 60)
                    // In the hour that comes twice, what the clock shows again is over.
                    if found > start { return found }
                    second = minute * 60 + 1
                }
            }
            day += 1
            second = 0
        }
    }

    /// By the time that passes: from minute to minute, with the clock looked at.
    private func nextFollowing(after start: Int, _ clock: ZoneRules) -> Int? {
        let localStart = start + clock.offset(at: start)
        let last = CivilDate(daysSince1970: localStart.dividing(by: 86_400)).year + Self.mostYears
        // The next full minute of the wall clock; all offsets in use are of full minutes.
        var instant = start + 60 - localStart.remainder(of: 60)
        while true {
            let local = instant + clock.offset(at: instant)
            let day = local.dividing(by: 86_400)
            let date = CivilDate(daysSince1970: day)
            guard date.year <= last else { return nil }
            guard matches(date) else {
                let next = date.next.first(within: Self.mostYears, where: matches)
                guard let next else { return nil }
                instant = max(instant + 60, clock.instant(ofLocal: next.daysSince1970 * 86_400))
                continue
            }
            let minute = local.remainder(of: 86_400) / 60
            if hours.contains(minute / 60), minutes.contains(minute % 60) { return instant }
            let target = firstMinute(from: minute + 1) ?? 1440
            instant = clock.step(from: instant, by: (target - minute) * 60)
        }
    }

    /// The first minute of a day, from 0 to 1439, that fits.
    private func firstMinute(from minute: Int) -> Int? {
        guard minute < 1440, let hour = hours.first(from: minute / 60), hour < 24 else { return nil }
        if hour == minute / 60, let found = minutes.first(from: minute % 60) { return hour * 60 + found }
        let next = hour == minute / 60 ? hours.first(from: hour + 1) : hour
        guard let next, next < 24, let first = minutes.first(from: 0) else { return nil }
        return next * 60 + first
    }
}
