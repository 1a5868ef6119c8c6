import Foundation
import Jinja
import OrderedCollections

// Numbers within bounds.
extension SchemaGrammarBuilder {
    mutating func integer(_ keywords: Mapping, _ place: SchemaPlace) throws(Failure) -> String {
        if let step = keywords["multipleOf"], step.number != 1 { leaveOpen("multipleOf", place) }
        let least = bound(keywords, "minimum", "exclusiveMinimum", place, isLeast: true)
        let most = bound(keywords, "maximum", "exclusiveMaximum", place, isLeast: false)
        return try NumberGrammar.integers(least?.firstInteger, most?.lastInteger)
            .orThrow(.impossible)
    }

    mutating func number(_ keywords: Mapping, _ place: SchemaPlace) throws(Failure) -> String {
        if let step = keywords["multipleOf"]?.number {
            if step == step.rounded() { return try integer(keywords, place) }
            leaveOpen("multipleOf", place)
        }
        let least = bound(keywords, "minimum", "exclusiveMinimum", place, isLeast: true)
        let most = bound(keywords, "maximum", "exclusiveMaximum", place, isLeast: false)
        guard least != nil || most != nil else { return anyNumber }
        return try NumberGrammar.numbers(least, most).orThrow(.impossible)
    }

    /// The tighter of two bounds; `nil` without any.
    private mutating func bound(
        _ keywords: Mapping, _ inclusive: String, _ exclusive: String, _ place: SchemaPlace, isLeast: Bool
    ) -> NumberGrammar.Bound? {
        var found: NumberGrammar.Bound?
        for (keyword, isExclusive) in [(inclusive, false), (exclusive, true)] {
            guard let value = keywords[keyword], let number = value.number else { continue }
            guard let bound = NumberGrammar.Bound(value.json(.compact), isExclusive: isExclusive) else {
                leaveOpen(keyword, place)
                continue
            }
            if let other = found {
                let isTighter = isLeast ? number >= other.number : number <= other.number
                if isTighter { found = bound }
            } else {
                found = bound
            }
        }
        return found
    }
}

extension String? {
    fileprivate func orThrow(_ failure: SchemaGrammarBuilder.Failure) throws(SchemaGrammarBuilder.Failure) -> String {
        guard let self else { throw failure }
        return self
    }
}

/// Decimal numbers within bounds, digit by digit.
enum NumberGrammar {
    /// A number that others are compared with.
    struct Bound {
        /// Without its fraction, whose sign is its own.
        var whole: Int
        /// The digits behind the point, without zeros at the end.
        var fraction: [Int]
        var isNegative: Bool
        var isExclusive: Bool
        var number: Double

        /// - Parameter json: a number. Up to 15 digits before the point, and 12 behind.
        init?(_ json: String, isExclusive: Bool) {
            guard let number = Double(json), let decimal = Decimal(string: json) else { return nil }
            let parts = "\(decimal)".split(separator: "-").last?.split(separator: ".") ?? []
            guard let first = parts.first, first.count <= 15, let whole = Int(first), parts.count <= 2 else {
                return nil
            }
            var fraction = parts.count == 2 ? parts[1].compactMap(\.wholeNumberValue) : []
            while fraction.last == 0 { fraction.removeLast() }
            guard fraction.count <= 12 else { return nil }
            self.whole = whole
            self.fraction = fraction
            isNegative = number < 0
            self.isExclusive = isExclusive
            self.number = number
        }

        /// The least whole number that is not below.
        var firstInteger: Int {
            let value = isNegative ? -whole : fraction.isEmpty ? whole : whole + 1
            return isExclusive && fraction.isEmpty ? value + 1 : value
        }

        /// The highest whole number that is not above.
        var lastInteger: Int {
            let value = isNegative ? (fraction.isEmpty ? -whole : -whole - 1) : whole
            return isExclusive && fraction.isEmpty ? value - 1 : value
        }

        var negated: Self {
            var other = self
            other.isNegative = number > 0
            other.number = -number
            return other
        }
    }

    /// So many digits are written where no bound says otherwise.
    private static let mostDigits = 16

    /// - Returns: `nil` where there is none.
    static func integers(_ least: Int?, _ most: Int?) -> String? {
        if let least, let most, least > most { return nil }
        var parts: [String] = []
        if least ?? -1 < 0 {
            let first = max(1, most.map { -$0 } ?? 1)
            if let part = natural(first, least.map { -$0 }) { parts.append("\"-\" \(part)") }
        }
        if most ?? 0 >= 0, let part = natural(max(0, least ?? 0), most) { parts.append(part) }
        return parts.isEmpty ? nil : SchemaGrammarBuilder.either(parts)
    }

    /// Whole numbers from 0.
    private static func natural(_ first: Int, _ last: Int?) -> String? {
        if let last, first > last { return nil }
        if first == 0, last == nil { return "(\"0\" | [1-9] [0-9]{0,\(mostDigits - 1)})" }
        var parts: [String] = []
        let longest = last.map { "\($0)".count } ?? max(mostDigits, "\(first)".count + 1)
        for count in "\(first)".count...longest {
            if last == nil, count > "\(first)".count {
                // All of more digits are larger.
                parts.append("[1-9] [0-9]{\(count - 1),\(longest - 1)}")
                break
            }
            let low = max(first, count == 1 ? 0 : power(count - 1))
            let high = min(last ?? .max, power(count) - 1)
            if low <= high { parts += row(digits(low), digits(high)) }
        }
        return SchemaGrammarBuilder.either(parts)
    }

    private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { result, _ in result * 10 } }

    private static func digits(_ number: Int) -> [Int] { "\(number)".compactMap(\.wholeNumberValue) }

    /// Digits of one length from the first to the last.
    private static func row(_ first: [Int], _ last: [Int]) -> [String] {
        guard let low = first.first, let high = last.first else { return ["\"\""] }
        let rest = first.count - 1
        let lowRest = Array(first.dropFirst())
        let highRest = Array(last.dropFirst())
        if rest == 0 { return [digit(low, high)] }
        if low == high { return row(lowRest, highRest).map { "\"\(low)\" \($0)" } }
        var parts: [String] = []
        var from = low
        var to = high
        if lowRest.contains(where: { $0 != 0 }) {
            parts += row(lowRest, Array(repeating: 9, count: rest)).map { "\"\(low)\" \($0)" }
            from += 1
        }
        var end: [String] = []
        if highRest.contains(where: { $0 != 9 }) {
            end = row(Array(repeating: 0, count: rest), highRest).map { "\"\(high)\" \($0)" }
            to -= 1
        }
        if from <= to { parts.append("\(digit(from, to)) [0-9]{\(rest)}") }
        return parts + end
    }

    private static func digit(_ low: Int, _ high: Int) -> String { low == high ? "\"\(low)\"" : "[\(low)-\(high)]" }

    // MARK: With fractions

    /// - Returns: `nil` where there is none.
    static func numbers(_ least: Bound?, _ most: Bound?) -> String? {
        var parts: [String] = []
        let mayBeNegative = least.map { $0.number < 0 } ?? true
        if mayBeNegative {
            // What is at most the bound is, without its sign, at least its opposite; zero has no sign.
            let low = most.flatMap { $0.number < 0 ? $0.negated : nil }
            let high = least?.negated
            parts += magnitudes(low, high, withZero: false).map { "\"-\" \($0)" }
        }
        if most.map({ $0.number > 0 || ($0.number == 0 && !$0.isExclusive) }) ?? true {
            let low = least.flatMap { $0.number > 0 || ($0.number == 0 && $0.isExclusive) ? $0 : nil }
            parts += magnitudes(low, most, withZero: true)
        }
        return parts.isEmpty ? nil : SchemaGrammarBuilder.either(parts)
    }

    private static let anyFraction = "(\".\" [0-9]{1,16})?"
    /// A fraction that is not zero.
    private static let someFraction = "\".\" \"0\"{0,8} [1-9] [0-9]{0,7}"

    /// Numbers from 0 within bounds that are not below 0.
    private static func magnitudes(_ least: Bound?, _ most: Bound?, withZero: Bool) -> [String] {
        var parts: [String] = []
        // Whole parts for which every fraction is right.
        var first = 0
        if let least {
            // The whole part of the bound itself, with the fractions that are above it.
            first = least.whole + 1
            if let most, most.whole == least.whole {
                guard least.number < most.number || (!least.isExclusive && !most.isExclusive) else { return [] }
                return between(least, most).map { "\"\(least.whole)\" \($0)" }
            }
            parts += above(least).map { "\"\(least.whole)\" \($0)" }
        } else if !withZero {
            // Less than one, but not zero.
            first = 1
            if most.map({ $0.whole > 0 }) ?? true {
                parts.append("\"0\" \(someFraction)")
            } else if let most {
                parts += between(Bound(zeroExclusive: true), most).map { "\"0\" \($0)" }
                return parts
            }
        }
        guard let most else {
            if let all = natural(first, nil) { parts.append("\(all) \(anyFraction)") }
            return parts
        }
        if first <= most.whole - 1, let all = natural(first, most.whole - 1) { parts.append("\(all) \(anyFraction)") }
        if first <= most.whole {
            parts += below(most).map { "\"\(most.whole)\" \($0)".trimmingCharacters(in: .whitespaces) }
        }
        return parts
    }

    /// Fractions with the whole part of a bound that are above it.
    private static func above(_ bound: Bound) -> [String] {
        guard !bound.fraction.isEmpty else {
            return bound.isExclusive ? [someFraction] : [anyFraction]
        }
        var parts: [String] = []
        for (index, digit) in bound.fraction.enumerated() where digit < 9 {
            parts.append("\(point(bound.fraction.prefix(index))) \(Self.digit(digit + 1, 9)) [0-9]{0,8}")
        }
        // The very digits, and more behind them.
        parts.append(
            "\(point(bound.fraction[...])) \(bound.isExclusive ? "\"0\"{0,4} [1-9] [0-9]{0,4}" : "[0-9]{0,8}")")
        return parts
    }

    /// Fractions with the whole part of a bound that are below it.
    private static func below(_ bound: Bound) -> [String] {
        guard !bound.fraction.isEmpty else { return bound.isExclusive ? [] : ["(\".\" \"0\"{1,8})?"] }
        var parts = [""]
        for (index, digit) in bound.fraction.enumerated() {
            if digit > 0 {
                parts.append("\(point(bound.fraction.prefix(index))) \(Self.digit(0, digit - 1)) [0-9]{0,8}")
            }
            // The digits so far, cut off, are below too.
            if index > 0 { parts.append(point(bound.fraction.prefix(index))) }
        }
        if !bound.isExclusive { parts.append("\(point(bound.fraction[...])) \"0\"{0,8}") }
        return parts
    }

    /// Fractions with the whole part of two bounds that are between them.
    private static func between(_ least: Bound, _ most: Bound) -> [String] {
        let count = max(least.fraction.count, most.fraction.count) + 2
        let padded = { (bound: Bound) in bound.fraction + Array(repeating: 0, count: count - bound.fraction.count) }
        let low = number(padded(least)) + (least.isExclusive ? 1 : 0)
        let high = number(padded(most)) - (most.isExclusive ? 1 : 0)
        guard low <= high else { return [] }
        var parts = low == 0 ? [""] : []
        // With fewer digits too.
        for digits in 1...count {
            let cut = power(count - digits)
            let (first, last) = ((low + cut - 1) / cut, high / cut)
            guard first <= last else { continue }
            parts += row(digitsOf(first, digits), digitsOf(last, digits)).map { "\".\" \($0)" }
        }
        return parts
    }

    private static func number(_ digits: [Int]) -> Int { digits.reduce(0) { $0 * 10 + $1 } }

    private static func digitsOf(_ number: Int, _ count: Int) -> [Int] {
        let all = digits(number)
        return Array(repeating: 0, count: max(0, count - all.count)) + all
    }

    private static func point(_ digits: ArraySlice<Int>) -> String { "\".\(digits.map(String.init).joined())\"" }
}

extension NumberGrammar.Bound {
    fileprivate init(zeroExclusive: Bool) {
        whole = 0
        fraction = []
        isNegative = false
        isExclusive = zeroExclusive
        number = 0
    }
}
