/// A regular expression of a JSON Schema as an expression of a grammar, for the inside of a JSON string.
struct PatternGrammar {
    private let text: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private var isRefused = false

    init(_ pattern: String) {
        text = Array(pattern.unicodeScalars)
    }

    /// - Parameter character: the rule for any character inside a JSON string.
    /// - Returns: `nil` for what no grammar says: looks ahead and behind, references, borders of words, classes of
    ///   Unicode.
    mutating func expression(character: String) -> String? {
        // Anchors count for the whole only where there is one row.
        let beginsFree = peek != "^"
        if !beginsFree { place += 1 }
        var endsFree = true
        var last = text.count
        if let end = text.last, end == "$", !(text.count > 1 && text[text.count - 2] == "\\") {
            endsFree = false
            last -= 1
        }
        limit = last
        let body = alternatives()
        guard !isRefused, place == limit else { return nil }
        if (!beginsFree || !endsFree) && hasTopAlternatives { return nil }
        return [beginsFree ? "\(character)*" : nil, body.isEmpty ? nil : body, endsFree ? "\(character)*" : nil]
            .compactMap(\.self).joined(separator: " ")
    }

    /// Where the pattern ends.
    private var limit = 0
    private var hasTopAlternatives = false

    private var peek: Unicode.Scalar? { place < max(limit, place == 0 ? text.count : 0) ? text[place] : nil }

    private mutating func alternatives() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 64 else { return refuse() }
        var rows = [row()]
        while peek == "|" {
            place += 1
            if depth == 1 { hasTopAlternatives = true }
            rows.append(row())
        }
        return rows.count == 1 ? rows[0] : "(\(rows.map { $0.isEmpty ? "\"\"" : $0 }.joined(separator: " | ")))"
    }

    private mutating func row() -> String {
        var parts: [String] = []
        while !isRefused, let next = peek, next != "|", next != ")" {
            let atom = self.atom()
            parts.append(atom + repetition())
        }
        return parts.joined(separator: " ")
    }

    private mutating func atom() -> String {
        guard let next = peek else { return refuse() }
        place += 1
        switch next {
        case "(":
            if peek == "?" {
                guard place + 1 < limit, text[place + 1] == ":" else { return refuse() }
                place += 2
            }
            let body = alternatives()
            guard peek == ")" else { return refuse() }
            place += 1
            return "(\(body.isEmpty ? "\"\"" : body))"
        case "[": return characterClass()
        case ".": return set([10...10, 13...13], isNegated: true)
        case "\\": return escape()
        case "^", "$", "*", "+", "?", "{": return refuse()
        default: return set([next.value...next.value], isNegated: false)
        }
    }

    private mutating func repetition() -> String {
        var sign = ""
        switch peek {
        case "*", "+", "?":
            sign = peek.map(String.init) ?? ""
            place += 1
        case "{":
            place += 1
            while let next = peek, next != "}" {
                guard ("0"..."9").contains(next) || next == "," else { return refuse() }
                sign.unicodeScalars.append(next)
                place += 1
            }
            guard peek == "}", sign.first?.isNumber == true else { return refuse() }
            place += 1
            sign = "{\(sign)}"
        default: return ""
        }
        // What is matched as seldom as can be is matched all the same.
        if peek == "?" { place += 1 }
        return sign
    }

    private mutating func escape() -> String {
        guard let next = peek else { return refuse() }
        place += 1
        if let (ranges, isNegated) = Self.classes[next] { return set(ranges, isNegated: isNegated) }
        guard let scalar = escaped(next) else { return refuse() }
        return set([scalar...scalar], isNegated: false)
    }

    private mutating func escaped(_ next: Unicode.Scalar) -> UInt32? {
        switch next {
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "f": return 12
        case "v": return 11
        case "x": return hexadecimal(2)
        case "u": return hexadecimal(4)
        default:
            let isLetter = next.properties.isAlphabetic || ("0"..."9").contains(next)
            return isLetter ? nil : next.value
        }
    }

    private mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard place + count <= limit else { return nil }
        var digits = ""
        digits.unicodeScalars.append(contentsOf: text[place..<place + count])
        place += count
        return UInt32(digits, radix: 16).flatMap { Unicode.Scalar($0) == nil ? nil : $0 }
    }

    private static let digits: [ClosedRange<UInt32>] = [48...57]
    private static let wordCharacters: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
    private static let blanks: [ClosedRange<UInt32>] = [9...13, 32...32]
    private static let classes: [Unicode.Scalar: (ranges: [ClosedRange<UInt32>], isNegated: Bool)] = [
        "d": (digits, false), "D": (digits, true), "w": (wordCharacters, false), "W": (wordCharacters, true),
        "s": (blanks, false), "S": (blanks, true),
    ]

    private mutating func characterClass() -> String {
        var ranges: [ClosedRange<UInt32>] = []
        let isNegated = peek == "^"
        if isNegated { place += 1 }
        while !isRefused, let next = peek, next != "]" {
            place += 1
            var first = next.value
            if next == "\\" {
                guard let name = peek else { return refuse() }
                place += 1
                if let (more, isOther) = Self.classes[name] {
                    ranges += isOther ? CharacterRanges.complement(more) : more
                    continue
                }
                // Between brackets it is the backspace.
                guard let scalar = name == "b" ? 8 : escaped(name) else { return refuse() }
                first = scalar
            }
            var last = first
            if peek == "-", place + 1 < limit, text[place + 1] != "]" {
                place += 1
                guard var end = peek else { return refuse() }
                place += 1
                if end == "\\" {
                    guard let name = peek else { return refuse() }
                    place += 1
                    guard Self.classes[name] == nil, let scalar = escaped(name), let found = Unicode.Scalar(scalar)
                    else {
                        return refuse()
                    }
                    end = found
                }
                last = end.value
            }
            guard first <= last else { return refuse() }
            ranges.append(first...last)
        }
        guard peek == "]" else { return refuse() }
        place += 1
        return set(ranges, isNegated: isNegated)
    }

    /// Characters as JSON writes them inside a string: some need a backslash, and control characters other than those
    /// with a letter are left out.
    private mutating func set(_ ranges: [ClosedRange<UInt32>], isNegated: Bool) -> String {
        let wanted = isNegated ? CharacterRanges.complement(ranges) : ranges
        let has = { (scalar: UInt32) in wanted.contains { $0.contains(scalar) } }
        // What is written as it is: all but quotation marks, backslashes and control characters.
        let plain: [ClosedRange<UInt32>] = [0x20...0x21, 0x23...0x5B, 0x5D...0x7E, 0x80...0x10FFFF]
        var kept: [ClosedRange<UInt32>] = []
        for range in wanted {
            for part in plain where part.overlaps(range) {
                kept.append(max(range.lowerBound, part.lowerBound)...min(range.upperBound, part.upperBound))
            }
        }
        var parts: [String] = []
        if !kept.isEmpty { parts.append("[\(kept.map(Self.written).joined())]") }
        let escapes: [(UInt32, String)] = [
            (34, "\\\""), (92, "\\\\"), (8, "b"), (12, "f"), (10, "n"), (13, "r"), (9, "t"),
        ]
        for (scalar, letter) in escapes where has(scalar) { parts.append("\"\\\\\(letter)\"") }
        guard !parts.isEmpty else { return refuse() }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " | ")))"
    }

    private static func written(_ range: ClosedRange<UInt32>) -> String {
        let ends = [range.lowerBound, range.upperBound].map { scalar in
            "\\U" + String(repeating: "0", count: 8 - String(scalar, radix: 16).count) + String(scalar, radix: 16)
        }
        return range.count == 1 ? ends[0] : ends.joined(separator: "-")
    }

    private mutating func refuse() -> String {
        isRefused = true
        return ""
    }
}
