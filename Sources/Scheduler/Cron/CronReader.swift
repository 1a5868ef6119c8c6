/// Reads the fields of a cron expression.
struct CronReader {
    /// - Throws: ``CronError`` that names the field.
    func numbers(_ text: String, _ field: CronField) throws(CronError) -> NumberSet {
        var set = NumberSet()
        for part in parts(of: text) { set.formUnion(try numbers(part, field)) }
        return set
    }

    func days(ofMonth: String, ofWeek: String) throws(CronError) -> CronDays {
        var days = CronDays()
        days.mustFitBoth = ofMonth.hasPrefix("*") || ofWeek.hasPrefix("*")
        for part in parts(of: ofMonth) {
            switch part.lowercased() {
            case "l": days.hasLast = true
            case "lw": days.hasLastWorkday = true
            default: days.numbers.formUnion(try numbers(part, .dayOfMonth) as NumberSet)
            }
        }
        for part in parts(of: ofWeek) { try add(weekday: part, to: &days) }
        return days
    }

    private func add(weekday part: Substring, to days: inout CronDays) throws(CronError) {
        if part.count > 1, part.lowercased().hasSuffix("l"), part.first?.isNumber == true {
            days.lastWeekdays.insert(try number(part.dropLast(), .dayOfWeek) % 7)
        } else if let mark = part.firstIndex(of: "#") {
            guard let week = digits(part[part.index(after: mark)...]), (1...5).contains(week) else {
                throw CronError("`\(part)`: behind `#` stands a week of the month, from 1 to 5")
            }
            days.nthWeekdays[week, default: NumberSet()].insert(try number(part[..<mark], .dayOfWeek) % 7)
        } else {
            for weekday in try range(part, .dayOfWeek) { days.weekdays.insert(weekday % 7) }
        }
    }

    private func numbers(_ part: Substring, _ field: CronField) throws(CronError) -> NumberSet {
        NumberSet(try range(part, field))
    }

    private func parts(of text: String) -> [Substring] { text.split(separator: ",", omittingEmptySubsequences: false) }

    /// `*`, `5`, `1-5`, each with or without `/2`. A step behind one number goes from it to the end.
    private func range(_ part: Substring, _ field: CronField) throws(CronError) -> [Int] {
        var rest = part
        var step: Int?
        if let slash = part.firstIndex(of: "/") {
            guard let found = digits(part[part.index(after: slash)...]), found > 0 else {
                throw CronError("`\(part)`: behind `/` stands how far it is to the next, at least 1")
            }
            step = found
            rest = part[..<slash]
        }
        let whole: ClosedRange<Int>
        if rest == "*" {
            whole = field.range
        } else if let dash = rest.firstIndex(of: "-") {
            let first = try number(rest[..<dash], field)
            let last = try number(rest[rest.index(after: dash)...], field)
            guard first <= last else {
                throw CronError("`\(rest)`: a range of the \(field.name) goes from the lesser to the greater")
            }
            whole = first...last
        } else {
            let first = try number(rest, field)
            whole = first...(step == nil ? first : field.range.upperBound)
        }
        return Array(stride(from: whole.lowerBound, through: whole.upperBound, by: step ?? 1))
    }

    private func number(_ text: Substring, _ field: CronField) throws(CronError) -> Int {
        if let place = field.words.firstIndex(of: text.lowercased()) { return field.range.lowerBound + place }
        guard let number = digits(text), field.range.contains(number) else {
            let words = field.words.isEmpty ? "" : ", or a word from `\(field.words[0])`"
            throw CronError(
                "the \(field.name) is a number from \(field.range.lowerBound) to \(field.range.upperBound)\(words), not `\(text)`"
            )
        }
        return number
    }

    /// Digits alone: no sign, no blank.
    private func digits(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
