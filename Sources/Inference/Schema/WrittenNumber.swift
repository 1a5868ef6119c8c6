import Foundation
package import Jinja

/// Numbers as people write them: `1,234.5`, `$5`, `1/4`.
package enum WrittenNumber {
    private static let currencies: Set<Character> = ["$", "€", "£", "¥", "₹"]

    /// `nil` for what is no number, or may be two.
    package static func value(of text: String) -> Value? {
        var rest = text.trimmingCharacters(in: .whitespaces)[...]
        var isNegative = false
        for _ in 0..<2 {
            if let first = rest.first, "-−+".contains(first) {
                guard !isNegative else { return nil }
                isNegative = first != "+"
                rest = rest.dropFirst()
            }
            if let first = rest.first, currencies.contains(first) {
                rest = rest.dropFirst().drop(while: \.isWhitespace)
            }
        }
        if let last = rest.last, currencies.contains(last) {
            rest = rest.dropLast()
            while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        }
        guard let value = magnitude(String(rest)) else { return nil }
        guard isNegative else { return value }
        return value.integer.map { .integer(-$0) } ?? value.number.map { .number(-$0) }
    }

    private static func magnitude(_ text: String) -> Value? {
        guard let first = text.first, first.isASCII, first.isNumber || first == "." else { return nil }
        if let number = try? Value(json: text), number.number != nil { return number }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 { return fraction(String(parts[0]), String(parts[1])) }
        // The last of two kinds of separators is that of decimals.
        let separators = text.filter { ",.' \u{A0}\u{202F}_".contains($0) }
        guard let last = separators.last else { return nil }
        let kinds = Set(separators)
        if kinds.count == 1 {
            if let grouped = grouped(text, by: last) { return grouped }
            return last == "," && separators.count == 1 ? decimal(text, separator: ",") : nil
        }
        guard kinds.count == 2, last == "." || last == ",", separators.filter({ $0 == last }).count == 1,
            let point = text.lastIndex(of: last), let other = separators.first,
            let whole = grouped(String(text[..<point]), by: other, isSure: true)
        else { return nil }
        let decimals = text[text.index(after: point)...]
        return try? Value(json: "\(whole.json()).\(decimals)")
    }

    private static func fraction(_ above: String, _ below: String) -> Value? {
        guard let above = (try? Value(json: above.trimmingCharacters(in: .whitespaces)))?.number,
            let below = (try? Value(json: below.trimmingCharacters(in: .whitespaces)))?.number, below != 0
        else { return nil }
        let value = above / below
        return Int(exactly: value).map { .integer($0) } ?? .number(value)
    }

    private static func decimal(_ text: String, separator: Character) -> Value? {
        try? Value(json: text.replacing(String(separator), with: "."))
    }

    /// Digits in groups of three.
    ///
    /// - Parameter isSure: Whether the separator cannot be that of decimals.
    private static func grouped(_ text: String, by separator: Character, isSure: Bool = false) -> Value? {
        let groups = text.split(separator: separator, omittingEmptySubsequences: false)
        // One point may be that of decimals, two cannot.
        guard groups.count > (separator == "." && !isSure ? 2 : 1), let first = groups.first,
            (1...3).contains(first.count), groups.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        return try? Value(json: groups.joined())
    }
}
