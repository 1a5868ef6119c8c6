/// When something is to happen, as cron's five fields say it: minute, hour, day of the month, month, day of the week.
///
/// The rules are those of Debian's cron, with `L`, `LW`, `5L` and `1#2` beside them. Where both the day of the month and
/// the day of the week are restricted, either is enough, unless one of the two begins with `*`.
package struct CronExpression: Sendable, Hashable {
    /// As it was written.
    package let text: String
    let minutes: NumberSet
    let hours: NumberSet
    let months: NumberSet
    let days: CronDays
    /// Whether neither minute nor hour begins with `*`: a time of day that a change of the clock must neither skip nor
    /// double. The others follow the time that passes.
    let isFixedTime: Bool

    /// Reads an expression, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` and their kind.
    ///
    /// - Throws: ``CronError``, also where no day of the calendar fits.
    package init(_ text: String) throws(CronError) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let fields: [String]
        if words.count == 1, let word = words.first, word.hasPrefix("@") {
            guard let named = Self.named[word.lowercased()] else {
                let known = Self.named.keys.sorted().joined(separator: ", ")
                throw CronError("`\(word)` is no schedule; there is \(known)")
            }
            fields = named.split(separator: " ").map(String.init)
        } else {
            fields = words
        }
        guard fields.count == CronField.allCases.count else {
            throw CronError(
                "a cron expression has five fields (minute, hour, day of the month, month, day of the week), and `\(text)` has \(fields.count)"
            )
        }
        self.text = text
        let reader = CronReader()
        minutes = try reader.numbers(fields[0], .minute)
        hours = try reader.numbers(fields[1], .hour)
        months = try reader.numbers(fields[3], .month)
        days = try reader.days(ofMonth: fields[2], ofWeek: fields[4])
        isFixedTime = !fields[0].hasPrefix("*") && !fields[1].hasPrefix("*")
        guard CivilDate(year: 2000, month: 1, day: 1).first(within: Self.mostYears, where: matches) != nil else {
            throw CronError("no day is ever one of `\(text)`: look at the day and the month")
        }
    }

    /// Within so many years every day of the calendar that can be comes: 29 February on each day of the week takes 40.
    static let mostYears = 50

    func matches(_ date: CivilDate) -> Bool { months.contains(date.month) && days.contains(date) }

    private static let named = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
}

/// What is wrong with a cron expression, in a sentence without a full stop.
package struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
