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
        if let expected = expected.string, let answer = answer.string { return ofTexts(answer, expected) }
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
        if let expected = expected.string {
            return answer.string.map { trimmed($0) == trimmed(expected) } ?? false
        }
        if case .boolean = answer { return answer == expected }
        if case .boolean = expected { return false }
        return answer.isEqual(to: expected)
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }

    /// 1 less the share of the longer text that would have to be changed.
    private static func ofTexts(_ first: String, _ second: String) -> Double {
        let words = (plain(first), plain(second))
        let letters = (Array(words.0.joined(separator: " ")), Array(words.1.joined(separator: " ")))
        // The table grows with the product of the lengths: long texts are compared by words, the longest by their beginning.
        guard letters.0.count * letters.1.count > mostCells else { return share(letters.0, letters.1) }
        let most = Int(Double(mostCells).squareRoot())
        return share(Array(words.0.prefix(most)), Array(words.1.prefix(most)))
    }

    private static let mostCells = 4_000_000

    private static func plain(_ text: String) -> [Substring] {
        text.lowercased().split(whereSeparator: \.isWhitespace)
    }

    private static func share<Element: Equatable>(_ first: [Element], _ second: [Element]) -> Double {
        let length = max(first.count, second.count)
        guard length > 0 else { return 1 }
        return 1 - Double(distance(first, second)) / Double(length)
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
