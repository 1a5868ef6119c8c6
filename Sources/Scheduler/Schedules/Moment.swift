/// A moment as a person writes it: by the clock of a zone that is named elsewhere, or with an offset of its own.
struct Moment: Sendable, Hashable {
    /// What the clock shows, in seconds since it showed midnight of 1 January 1970.
    let local: Int
    /// In seconds east of Greenwich, where one is written.
    let offset: Int?

    /// Reads `2026-12-24T18:00`, also with seconds, with a blank for the `T`, with `Z` or `+01:00` behind it, or the day
    /// alone for its beginning.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: Self.form) else { return nil }
        func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
        let (_, year, month, day, hour, minute, second, zone) = match.output
        var date = CivilDate(year: number(year), month: number(month), day: 1)
        guard (1...12).contains(date.month), (1...date.daysInMonth).contains(number(day)), number(hour) < 24,
            number(minute) < 60, number(second) < 60
        else { return nil }
        date.day = number(day)
        local = date.daysSince1970 * 86_400 + number(hour) * 3600 + number(minute) * 60 + number(second)
        offset = zone.map { zone in
            let digits = zone.filter(\.isNumber)
            guard digits.count == 4 else { return 0 }
            let seconds = number(digits.prefix(2)) * 3600 + number(digits.suffix(2)) * 60
            return zone.hasPrefix("-") ? -seconds : seconds
        }
    }

    /// Kept, since a literal is compiled wherever it is come to, which for thousands of schedules takes seconds.
    /// `nonisolated(unsafe)`: a regular expression may hold functions, which this one does not.
    nonisolated(unsafe) private static let form =
        /(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2}))?(?:\s*([Zz]|[+-]\d{2}:?\d{2}))?)?/

    func instant(in zone: ZoneRules) -> Int {
        offset.map { local - $0 } ?? zone.instant(ofLocal: local)
    }
}

extension ZoneRules {
    /// A moment by ISO 8601 as the clock of the zone shows it: `2026-12-24T18:00:00+01:00`.
    package func written(_ instant: Int) -> String {
        let offset = offset(at: instant)
        let local = instant + offset
        let second = local.remainder(of: 86_400)
        let date = CivilDate(daysSince1970: local.dividing(by: 86_400))
        func digits(_ number: Int, _ width: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let minutes = abs(offset) / 60
        let zone = offset == 0 ? "Z" : "\(offset < 0 ? "-" : "+")\(digits(minutes / 60)):\(digits(minutes % 60))"
        return "\(digits(date.year, 4))-\(digits(date.month))-\(digits(date.day))"
            + "T\(digits(second / 3600)):\(digits(second / 60 % 60)):\(digits(second % 60))\(zone)"
    }
}
