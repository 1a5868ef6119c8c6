/// What holds in a time zone for good, as the POSIX standard writes it: `WET0WEST,M3.5.0/1,M10.5.0`.
struct ZoneFooter: Sendable, Hashable {
    /// A day of each year, and a time of that day by the clock that holds until then.
    private struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// `J60`: of the year from 1, and 29 February does not count.
            case withoutLeap(Int)
            /// `59`: of the year from 0.
            case ofYear(Int)
            /// `M3.5.0`: a weekday in a week of a month, the fifth being the last.
            case weekday(month: Int, week: Int, day: Int)
        }

        var day: Day
        /// In seconds; also before and after the day itself.
        var time: Int

        /// In seconds since the clock showed midnight of 1 January 1970.
        func local(in year: Int) -> Int {
            let newYear = CivilDate(year: year, month: 1, day: 1)
            let days: Int
            switch day {
            case .withoutLeap(let number):
                let isLeap = CivilDate(year: year, month: 2, day: 1).daysInMonth == 29
                days = newYear.daysSince1970 + number - 1 + (isLeap && number >= 60 ? 1 : 0)
            case .ofYear(let number): days = newYear.daysSince1970 + number
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1)
                var day = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
                while day > first.daysInMonth { day -= 7 }
                days = first.daysSince1970 + day - 1
            }
            return days * 86_400 + time
        }
    }

    private struct Daylight: Sendable, Hashable {
        var offset: Int
        var from: Change
        var until: Change
    }

    private let standard: Int
    private let daylight: Daylight?

    func offset(at moment: Int) -> Int {
        guard let daylight else { return standard }
        let year = CivilDate(daysSince1970: (moment + standard).dividing(by: 86_400)).year
        let start = daylight.from.local(in: year) - standard
        let end = daylight.until.local(in: year) - daylight.offset
        let isDaylight = start < end ? start <= moment && moment < end : moment < end || start <= moment
        return isDaylight ? daylight.offset : standard
    }

    /// - Returns: `nil` where the text is no such rule.
    init?(_ text: some StringProtocol) {
        var reader = Reader(rest: Substring(text))
        guard reader.name(), let west = reader.time(mostHours: 24) else { return nil }
        standard = -west
        guard !reader.rest.isEmpty else {
            daylight = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if reader.rest.first != ",", !reader.rest.isEmpty {
            guard let west = reader.time(mostHours: 24) else { return nil }
            offset = -west
        }
        guard let from = reader.change(), let until = reader.change(), reader.rest.isEmpty else { return nil }
        daylight = Daylight(offset: offset, from: from, until: until)
    }

    private struct Reader {
        var rest: Substring

        /// `WEST` or `<+0330>`.
        mutating func name() -> Bool {
            if rest.first == "<" {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix(while: \.isLetter)
            rest = rest[letters.endIndex...]
            return letters.count >= 3
        }

        /// `-3:30`, in seconds.
        mutating func time(mostHours: Int) -> Int? {
            var sign = 1
            if let first = rest.first, first == "-" || first == "+" {
                sign = first == "-" ? -1 : 1
                rest.removeFirst()
            }
            guard let hours = number(), hours <= mostHours else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where rest.first == ":" {
                rest.removeFirst()
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// `,M3.5.0/1`.
        mutating func change() -> Change? {
            guard rest.first == "," else { return nil }
            rest.removeFirst()
            let day: Change.Day
            switch rest.first {
            case "M":
                rest.removeFirst()
                guard let month = number(), (1...12).contains(month), take("."), let week = number(),
                    (1...5).contains(week), take("."), let weekday = number(), (0...6).contains(weekday)
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            case "J":
                rest.removeFirst()
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .withoutLeap(number)
            default:
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .ofYear(number)
            }
            guard rest.first == "/" else { return Change(day: day, time: 7200) }
            rest.removeFirst()
            return time(mostHours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func number() -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            return digits.count <= 4 ? Int(digits) : nil
        }
    }
}
