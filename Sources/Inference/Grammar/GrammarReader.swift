/// Reads GBNF and builds the graph.
struct GrammarReader {
    private let text: [Unicode.Scalar]
    private var place = 0
    private var nodes: [Grammar.Node] = [.end]
    private var numbers: [String: Int] = [:]
    private var names: [String] = []
    /// Where each rule begins; `nil` for one that was named and has not come yet.
    private var starts: [Int?] = []
    private var depth = 0

    private static let end = 0
    private static let deepest = 200
    private static let mostRepeats = 100_000

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    mutating func grammar() throws(GrammarError) -> Grammar {
        skipBlanks(andLines: true)
        while place < text.count { try rule() }
        guard let root = numbers["root"], starts[root] != nil else {
            throw GrammarError("the grammar has no rule `root`, with which a text begins")
        }
        var rules: [Int] = []
        for (number, start) in starts.enumerated() {
            guard let start else { throw GrammarError("there is no rule `\(names[number])`") }
            rules.append(start)
        }
        return try Grammar(nodes: nodes, rules: rules, root: root, names: names)
    }

    private mutating func rule() throws(GrammarError) {
        let name = try self.name()
        skipBlanks(andLines: false)
        guard take(":"), take(":"), take("=") else { throw mistake("`::=` is missing behind the name `\(name)`") }
        skipBlanks(andLines: true)
        let number = number(of: name)
        guard starts[number] == nil else { throw mistake("the rule `\(name)` is there twice") }
        // The name counts as known in its own rule.
        let alternatives = try self.alternatives()
        starts[number] = build(alternatives, then: Self.end)
        try checkSize()
        guard place == text.count || isAtLineEnd else { throw mistake("nothing can be made of what stands here") }
        skipBlanks(andLines: true)
    }

    // MARK: Text to tree

    /// What a rule says, before the graph is made of it.
    private indirect enum Part {
        /// One of these characters.
        case characters([ClosedRange<UInt32>])
        case rule(Int)
        case row([Part])
        case either([Part])
        case repeated(Part, least: Int, most: Int?)
    }

    private mutating func alternatives() throws(GrammarError) -> Part {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { throw mistake("parentheses are nested too deeply") }
        var all = [try row()]
        while take("|") {
            skipBlanks(andLines: true)
            all.append(try row())
        }
        return all.count == 1 ? all[0] : .either(all)
    }

    private mutating func row() throws(GrammarError) -> Part {
        var parts: [Part] = []
        while let next = peek {
            let part: Part
            switch next {
            case "\"": part = try literal()
            case "[": part = try characterClass()
            case ".":
                place += 1
                part = .characters([0...0x10FFFF])
            case "(":
                place += 1
                skipBlanks(andLines: true)
                part = try alternatives()
                guard take(")") else { throw mistake("a parenthesis is not closed") }
            case _ where Self.isOfName(next):
                if isRuleBegin { return .row(parts) }
                part = .rule(number(of: try name()))
            default: return .row(parts)
            }
            parts.append(try repeated(part))
            skipBlanks(andLines: depth > 1)
            if depth == 1, isAtLineEnd { skipLinesBeforeMore() }
        }
        return .row(parts)
    }

    private mutating func repeated(_ part: Part) throws(GrammarError) -> Part {
        switch peek {
        case "*":
            place += 1
            return .repeated(part, least: 0, most: nil)
        case "+":
            place += 1
            return .repeated(part, least: 1, most: nil)
        case "?":
            place += 1
            return .repeated(part, least: 0, most: 1)
        case "{":
            place += 1
            let least = try digits()
            var most: Int? = least
            if take(",") { most = peek == "}" ? nil : try digits() }
            guard take("}") else { throw mistake("a brace is not closed") }
            if let most, most < least { throw mistake("in `{\(least),\(most)}` the most is less than the least") }
            return .repeated(part, least: least, most: most)
        default: return part
        }
    }

    private mutating func digits() throws(GrammarError) -> Int {
        var digits = ""
        while let next = peek, ("0"..."9").contains(next) {
            digits.unicodeScalars.append(next)
            place += 1
        }
        guard let number = Int(digits), number <= Self.mostRepeats else {
            throw mistake("a number from 0 to \(Self.mostRepeats) is missing in the braces")
        }
        return number
    }

    private mutating func literal() throws(GrammarError) -> Part {
        place += 1
        var parts: [Part] = []
        while let next = peek, next != "\"" {
            let character = try self.character()
            parts.append(.characters([character...character]))
        }
        guard take("\"") else { throw mistake("a quotation mark is not closed") }
        return .row(parts)
    }

    private mutating func characterClass() throws(GrammarError) -> Part {
        place += 1
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let next = peek, next != "]" {
            let first = try character()
            var last = first
            if peek == "-", place + 1 < text.count, text[place + 1] != "]" {
                place += 1
                last = try character()
            }
            guard first <= last else { throw mistake("a range of characters ends before it begins") }
            ranges.append(first...last)
        }
        guard take("]") else { throw mistake("a bracket is not closed") }
        return .characters(isNegated ? CharacterRanges.complement(ranges) : ranges)
    }

    private mutating func character() throws(GrammarError) -> UInt32 {
        guard let next = peek, next != "\n" else { throw mistake("the text ends in the middle of the line") }
        place += 1
        guard next == "\\" else { return next.value }
        guard let escaped = peek else { throw mistake("nothing stands behind the backslash") }
        place += 1
        switch escaped {
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "x": return try hexadecimal(2)
        case "u": return try hexadecimal(4)
        case "U": return try hexadecimal(8)
        case "\\", "\"", "[", "]", "-", "^", "/": return escaped.value
        default: throw mistake("`\\\(escaped)` has no meaning")
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(GrammarError) -> UInt32 {
        var digits = ""
        while digits.count < count, let next = peek, next.properties.isASCIIHexDigit {
            digits.unicodeScalars.append(next)
            place += 1
        }
        guard digits.count == count, let number = UInt32(digits, radix: 16), Unicode.Scalar(number) != nil else {
            throw mistake("\(count) hexadecimal digits of a character are missing behind the backslash")
        }
        return number
    }

    // MARK: Tree to graph

    /// - Returns: where it begins, which leads to `next`.
    private mutating func build(_ part: Part, then next: Int) -> Int {
        guard nodes.count <= Grammar.mostNodes else { return next }
        switch part {
        case .characters(let ranges):
            let rows = ranges.flatMap(CharacterRanges.bytes)
            // Rows of one byte are one place; the others share none, since they are few.
            var single = ByteSet()
            var places: [Int] = []
            for row in rows {
                if row.count == 1 {
                    single.formUnion(ByteSet(row[0]))
                } else {
                    places.append(row.reversed().reduce(next) { add(.bytes(ByteSet($1), $0)) })
                }
            }
            if single != ByteSet() { places.insert(add(.bytes(single, next)), at: 0) }
            return places.count == 1 ? places[0] : add(.either(places))
        case .rule(let number): return add(.rule(number, next))
        case .row(let parts): return parts.reversed().reduce(next) { build($1, then: $0) }
        case .either(let parts):
            let places = parts.map { build($0, then: next) }
            return add(.either(places))
        case .repeated(let part, let least, let most):
            var start: Int
            if let most {
                start = next
                for _ in least..<most {
                    guard nodes.count <= Grammar.mostNodes else { break }
                    let once = build(part, then: start)
                    start = add(.either([once, next]))
                }
            } else {
                start = add(.end)
                let once = build(part, then: start)
                nodes[start] = .either([once, next])
            }
            for _ in 0..<least { start = build(part, then: start) }
            return start
        }
    }

    private mutating func add(_ node: Grammar.Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    private func checkSize() throws(GrammarError) {
        guard nodes.count <= Grammar.mostNodes else {
            throw GrammarError("the grammar is too large: write smaller numbers of repetitions")
        }
    }

    private mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        starts.append(nil)
        return names.count - 1
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == character else { return false }
        place += 1
        return true
    }

    private static func isOfName(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    private mutating func name() throws(GrammarError) -> String {
        var name = ""
        while let next = peek, Self.isOfName(next) {
            name.unicodeScalars.append(next)
            place += 1
        }
        guard !name.isEmpty else { throw mistake("the name of a rule is missing") }
        return name
    }

    /// Whether a name stands here and `::=` behind it.
    private var isRuleBegin: Bool {
        var ahead = place
        while ahead < text.count, Self.isOfName(text[ahead]) { ahead += 1 }
        while ahead < text.count, text[ahead] == " " || text[ahead] == "\t" { ahead += 1 }
        return text[ahead...].starts(with: "::=".unicodeScalars)
    }

    private var isAtLineEnd: Bool { peek == "\n" || peek == "\r" || peek == "#" }

    /// A rule goes on in the next line where that begins with `|`.
    private mutating func skipLinesBeforeMore() {
        let here = place
        skipBlanks(andLines: true)
        if peek != "|" { place = here }
    }

    /// Also passes over remarks.
    private mutating func skipBlanks(andLines: Bool) {
        while let next = peek {
            if next == " " || next == "\t" || (andLines && (next == "\n" || next == "\r")) {
                place += 1
            } else if next == "#", andLines {
                while let next = peek, next != "\n" { place += 1 }
            } else {
                return
            }
        }
    }

    private func mistake(_ what: String) -> GrammarError {
        let before = text[..<min(place, text.count)]
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return GrammarError("in line \(line) of the grammar, column \(column): \(what)")
    }
}
