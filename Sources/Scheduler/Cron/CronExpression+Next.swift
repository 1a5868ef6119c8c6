package import Foundation

extension CronExpression {
    /// The first time after a moment at which the expression fits, in a time zone; `nil` where there is none within 50
    /// years.
    ///
    /// When the clocks change: a fixed time that falls into the gap comes at the first minute after it, once, and one that
    /// the clock shows twice comes the first time only. With a wildcard in minute or hour, the clock is followed as it
    /// goes, so that nothing is skipped or doubled.
    package func next(after moment: Date, in zone: TimeZone) -> Date? {
        let clock = ZoneClock(zone)
        let start = Int(moment.timeIntervalSince1970.rounded(.down))
        let found = isFixedTime ? nextFixed(after: start, clock) : nextFollowing(after: start, clock)
        return found.map { Date(timeIntervalSince1970: TimeInterval($0)) }
    }

    /// By what the clock on the wall shows.
    private func nextFixed(after start: Int, _ clock: ZoneClock) -> Int? {
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
    private func nextFollowing(after start: Int, _ clock: ZoneClock) -> Int? {
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

/// What the clocks of a time zone show.
private struct ZoneClock {
    private let zone: TimeZone

    init(_ zone: TimeZone) {
        self.zone = zone
    }

    /// In seconds east of Greenwich.
    func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant)))
    }

    /// When the clock shows a time: the first time where it does so twice, the end of the gap where it never does.
    func instant(ofLocal local: Int) -> Int {
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        guard before != after else { return local - before }
        let candidates = [local - before, local - after].filter { $0 + offset(at: $0) == local }
        return candidates.min() ?? change(from: local - max(before, after), to: local - min(before, after))
    }

    /// So far on, but not over a change of the clock: what it shows from then on is to be looked at anew.
    func step(from instant: Int, by seconds: Int) -> Int {
        let offset = offset(at: instant)
        guard self.offset(at: instant + seconds) != offset else { return instant + seconds }
        return change(from: instant, to: instant + seconds)
    }

    /// The first minute of the new offset between two moments of different ones.
    private func change(from first: Int, to last: Int) -> Int {
        let old = offset(at: first)
        var (low, high) = (first, last)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == old { low = middle } else { high = middle }
        }
        return high + (60 - (high + offset(at: high)).remainder(of: 60)).remainder(of: 60)
    }
}

extension Int {
    /// Rounded down, also below zero.
    fileprivate func dividing(by divisor: Int) -> Int { (self - remainder(of: divisor)) / divisor }

    /// At least zero.
    fileprivate func remainder(of divisor: Int) -> Int { (self % divisor + divisor) % divisor }
}
