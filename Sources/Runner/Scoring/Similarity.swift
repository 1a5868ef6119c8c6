import Jinja
import OrderedCollections

/// How similar an answer is to what was expected, from 0 to 1.
enum Similarity {
    /// - Returns: 1 for what is the same; for lists the mean of their elements by place, for mappings the mean of the keys
    ///   that are expected.
    static func of(_ answer: Value, to expected: Value) -> Double {
        if let expected = expected.mapping {
            guard let answer = answer.mapping else { return 0 }
            guard !expected.isEmpty else { return 1 }
            return expected.reduce(0) { sum, entry in
                sum + (answer[entry.key].map { of($0, to: entry.value) } ?? 0)
            } / Double(expected.count)
        }
        if let expected = expected.list {
            guard let answer = answer.list else { return 0 }
            let length = max(expected.count, answer.count)
            guard length > 0 else { return 1 }
            return zip(answer, expected).reduce(0) { $0 + of($1.0, to: $1.1) } / Double(length)
        }
        if let (answer, expected) = texts(answer, expected) { return ofTexts(answer, expected) }
        return isSame(answer, expected) ? 1 : 0
    }

    /// Whether the answer is the expected one; of a mapping, what is not expected does not count.
    static func isSame(_ answer: Value, _ expected: Value) -> Bool {
        if let expected = expected.mapping {
            guard let answer = answer.mapping else { return false }
            return expected.allSatisfy { key, value in answer[key].map { isSame($0, value) } ?? false }
        }
        if let expected = expected.list {
            guard let answer = answer.list, answer.count == expected.count else { return false }
            return zip(answer, expected).allSatisfy { isSame($0, $1) }
        }
        if let (answer, expected) = texts(answer, expected) { return trimmed(answer) == trimmed(expected) }
        if case .boolean = answer { return answer == expected }
        if case .boolean = expected { return false }
        return answer.isEqual(to: expected)
    }

    /// Both as texts, where one is: tables have numbers for texts that look like them.
    private static func texts(_ answer: Value, _ expected: Value) -> (String, String)? {
        guard answer.string != nil || expected.string != nil else { return nil }
        guard let left = scalarText(answer), let right = scalarText(expected) else { return nil }
        return (left, right)
    }

    private static func scalarText(_ value: Value) -> String? {
        switch value {
        case .string(let text): text
        case .integer, .number, .boolean: value.json(.compact)
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }

    /// The share of the longer text that need not be changed.
    private static func ofTexts(_ first: String, _ second: String) -> Double {
        let words = (plain(first), plain(second))
        let letters = (Array(words.0.joined(separator: " ")), Array(words.1.joined(separator: " ")))
        if let share = share(letters.0, letters.1) ?? share(words.0, words.1) { return share }
        return overlap(words.0, words.1)
    }

    /// What is compared takes time by the product of its lengths.
    private static let mostSteps = 16_000_000

    private static func plain(_ text: String) -> [Substring] {
        text.lowercased().split(whereSeparator: \.isWhitespace)
    }

    /// - Returns: `nil` for what is too long.
    private static func share<Element: Equatable>(_ first: [Element], _ second: [Element]) -> Double? {
        let length = max(first.count, second.count)
        guard length > 0 else { return 1 }
        // What is the same at both ends needs no comparing of all with all.
        let shorter = min(first.count, second.count)
        let start = zip(first, second).prefix { $0 == $1 }.count
        let end = min(shorter - start, zip(first.reversed(), second.reversed()).prefix { $0 == $1 }.count)
        let (left, right) = (first[start..<(first.count - end)], second[start..<(second.count - end)])
        guard left.count.multipliedReportingOverflow(by: right.count).partialValue <= mostSteps else { return nil }
        return Double(length - distance(Array(left), Array(right))) / Double(length)
    }

    /// The share of the words that both have, in any order.
    private static func overlap(_ first: [Substring], _ second: [Substring]) -> Double {
        var counts: [Substring: Int] = [:]
        for word in first { counts[word, default: 0] += 1 }
        var common = 0
        for word in second {
            guard let left = counts[word], left > 0 else { continue }
            counts[word] = left - 1
            common += 1
        }
        return Double(common) / Double(max(first.count, second.count, 1))
    }

    /// How many elements must be put in, taken out or replaced (Levenshtein's distance), a row of its table at a time.
    private static func distance<Element: Equatable>(_ first: [Element], _ second: [Element]) -> Int {
        var row = Array(0...second.count)
        for (i, element) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let changed = diagonal + (element == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
