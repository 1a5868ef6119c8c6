import Jinja
import OrderedCollections

/// Reads JSON that a language model has damaged: what is clear is mended and noted, what is not is refused.
///
/// One pass over the text, but for looks ahead that end at the next quote or bracket; nesting is kept on a stack of its
/// own.
struct TolerantJSON {
    /// Why a text cannot be read even so.
    struct Failure: Error {
        /// A sentence without a full stop.
        var message: String
    }

    /// What comes next in a container.
    enum Expectation {
        /// A value, or the end of the list.
        case element
        /// A key, or the end of the mapping.
        case key
        case colon
        case value
        /// A comma, or the end.
        case separator
    }

    struct Container {
        var isMapping: Bool
        /// Where it begins.
        var start: Int
        /// A second brace around a mapping, which means nothing.
        var isRedundant = false
        var elements: [Value] = []
        var entries: Mapping = [:]
        var key = ""
        var expects: Expectation
        var isBehindComma = false

        static func list(from start: Int) -> Container { Container(isMapping: false, start: start, expects: .element) }
        static func mapping(from start: Int) -> Container { Container(isMapping: true, start: start, expects: .key) }
    }

    let text: [Unicode.Scalar]
    /// Where the text ends for this reading.
    let end: Int
    var at: Int
    var stack: [Container] = []
    var repairs: Set<AnswerRepair> = []
    /// Where the last of each kind of quote stands: it can only close something.
    let lastQuotes: [Unicode.Scalar: Int]

    /// From here on there are no three quotes in a row.
    var tripleHorizon: Int

    private static let mostNesting = 200
    static let longestBareKey = 64

    init(_ text: [Unicode.Scalar], _ range: Range<Int>, lastQuotes: [Unicode.Scalar: Int]) {
        self.text = text
        self.end = range.upperBound
        self.at = range.lowerBound
        self.lastQuotes = lastQuotes
        tripleHorizon = range.upperBound
    }

    /// Where the last of each kind of quote stands in a text.
    static func lastQuotes(in text: [Unicode.Scalar], _ range: Range<Int>) -> [Unicode.Scalar: Int] {
        var found: [Unicode.Scalar: Int] = [:]
        for index in range where Quotes.isQuote(text[index]) { found[text[index]] = index }
        return found
    }

    /// Whether members of a mapping were read already.
    var hasMembers: Bool { stack.contains { !$0.entries.isEmpty } }

    // MARK: Containers

    /// The list or mapping that begins here.
    mutating func container() throws(Failure) -> Value {
        try open(isMapping: peek == "{")
        return try contents()
    }

    /// The members of a mapping whose brace is missing.
    mutating func members() throws(Failure) -> Value {
        repairs.insert(.missingBracket)
        stack = [.mapping(from: at)]
        return try contents()
    }

    private mutating func open(isMapping: Bool) throws(Failure) {
        guard stack.count < Self.mostNesting else { throw failure("it is nested too deeply") }
        at += 1
        stack.append(isMapping ? .mapping(from: at) : .list(from: at))
    }

    private mutating func contents() throws(Failure) -> Value {
        // The container itself is not held here: a second owner would have it copied at each change.
        while let expects = stack.last?.expects {
            skipSpace()
            guard let sign = peek else { return closeAll() }
            let result: Value?
            switch expects {
            case .element: result = try element(sign)
            case .key: result = try key(sign)
            case .colon: result = try colon(sign)
            case .value: result = try value(sign)
            case .separator: result = try separator(sign)
            }
            if let result { return result }
        }
        throw failure("there is no list or mapping")
    }

    /// Hands a value to what contains it.
    ///
    /// - Returns: the value where nothing contains it.
    private mutating func append(_ value: Value) -> Value? {
        guard let top = stack.indices.last else { return value }
        if stack[top].isMapping {
            if stack[top].entries.updateValue(value, forKey: stack[top].key) != nil { repairs.insert(.duplicateKey) }
        } else {
            stack[top].elements.appendRead(value, read: at - stack[top].start, rest: end - at)
        }
        stack[top].expects = .separator
        stack[top].isBehindComma = false
        return nil
    }

    private mutating func close() -> Value? {
        guard var top = stack.popLast() else { return nil }
        top.elements.endReading()
        if top.isRedundant, top.elements.count == 1 { return append(top.elements[0]) }
        return append(top.isMapping ? .mapping(top.entries) : .list(top.elements))
    }

    /// The text ends.
    private mutating func closeAll() -> Value {
        repairs.insert(.unclosed)
        if let top = stack.last, top.expects != .separator { repairs.insert(.truncated) }
        var value: Value?
        while value == nil, !stack.isEmpty { value = close() }
        return value ?? .null
    }

    /// A bracket that closes something, in a container of the other kind.
    private mutating func mismatch(_ sign: Unicode.Scalar) -> Value? {
        if stack.contains(where: { $0.isMapping == (sign == "}") }) {
            repairs.insert(.missingBracket)
            return close()
        }
        repairs.insert(.extraBracket)
        at += 1
        return nil
    }

    // MARK: What comes next

    private mutating func element(_ sign: Unicode.Scalar) throws(Failure) -> Value? {
        let top = stack.count - 1
        switch sign {
        case "]": return closeBracket()
        case "}": return stack[top].isRedundant ? closeBracket() : mismatch(sign)
        case ",":
            repairs.insert(.extraComma)
            at += 1
            return nil
        default:
            if skipEllipsis() { return nil }
            stack[top].isBehindComma = false
            return try value(sign)
        }
    }

    private mutating func closeBracket() -> Value? {
        let top = stack.count - 1
        if stack[top].isBehindComma { repairs.insert(.trailingComma) }
        at += 1
        return close()
    }

    private mutating func key(_ sign: Unicode.Scalar) throws(Failure) -> Value? {
        let top = stack.count - 1
        switch sign {
        case "}": return closeBracket()
        case "]": return mismatch(sign)
        case ",":
            repairs.insert(.extraComma)
            at += 1
        case "{" where stack[top].entries.isEmpty && !stack[top].isBehindComma:
            // `{{"a": 1}}`: the outer one is redundant.
            repairs.insert(.extraBracket)
            stack[top] = .list(from: at)
            stack[top].isRedundant = true
        case _ where Quotes.isOpening(sign):
            stack[top].key = try quoted(isKey: true)
            stack[top].expects = .colon
            stack[top].isBehindComma = false
        default:
            if skipEllipsis() { return nil }
            guard let end = bareKeyEnd(from: at) else { throw failure("a key is expected") }
            repairs.insert(.unquotedKey)
            stack[top].key = string(at..<end)
            stack[top].expects = .colon
            stack[top].isBehindComma = false
            at = end
        }
        return nil
    }

    private mutating func colon(_ sign: Unicode.Scalar) throws(Failure) -> Value? {
        let top = stack.count - 1
        if sign == ":" || sign == "=" {
            if sign == "=" { repairs.insert(.missingColon) }
            at += 1
            if sign == "=", peek == ">" { at += 1 }
        } else if Quotes.isOpening(sign) || "{[-".unicodeScalars.contains(sign) || isWordPart(sign) {
            repairs.insert(.missingColon)
        } else {
            throw failure("the key \"\(stack[top].key)\" has no value")
        }
        stack[top].expects = .value
        return nil
    }

    private mutating func value(_ sign: Unicode.Scalar) throws(Failure) -> Value? {
        switch sign {
        case "{", "[":
            try open(isMapping: sign == "{")
            return nil
        case _ where Quotes.isOpening(sign): return append(.string(try quoted(isKey: false)))
        case ",", "}", "]", ":": throw failure("a value is missing")
        default: return append(try bare())
        }
    }

    private mutating func separator(_ sign: Unicode.Scalar) throws(Failure) -> Value? {
        let top = stack.count - 1
        let isMapping = stack[top].isMapping
        switch sign {
        case ",", ";":
            if sign == ";" { repairs.insert(.oddPunctuation) }
            at += 1
            stack[top].expects = isMapping ? .key : .element
            stack[top].isBehindComma = true
            return nil
        case "}" where isMapping || stack[top].isRedundant, "]" where !isMapping: return closeBracket()
        case "}", "]": return mismatch(sign)
        case "+":
            try concatenate()
            return nil
        default: break
        }
        if skipEllipsis() { return nil }
        // Words with a colon behind the data are no key, unless keys have no quotes here.
        let isKey = isMapping && isMember(at) && (Quotes.isOpening(sign) || repairs.contains(.unquotedKey))
        if isMapping ? isKey : Quotes.isOpening(sign) || "{[-".unicodeScalars.contains(sign) || isWordPart(sign) {
            repairs.insert(.missingComma)
            stack[top].expects = isMapping ? .key : .element
            return nil
        }
        // Words behind the data, whose last brackets are missing.
        guard !text[at..<end].contains(where: { "{}[]\"".unicodeScalars.contains($0) }) else {
            throw failure("a comma or a closing bracket is expected")
        }
        return closeAll()
    }

    /// `"a" + "b"`.
    private mutating func concatenate() throws(Failure) {
        let top = stack.count - 1
        let last = stack[top].isMapping ? stack[top].entries[stack[top].key] : stack[top].elements.last
        guard var whole = last?.string else { throw failure("a `+` stands where nothing can be put together") }
        repeat {
            at += 1
            skipSpace()
            guard let sign = peek, Quotes.isOpening(sign) else { throw failure("a text is expected behind a `+`") }
            whole += try quoted(isKey: false)
            skipSpace()
        } while peek == "+"
        repairs.insert(.concatenation)
        if stack[top].isMapping {
            stack[top].entries[stack[top].key] = .string(whole)
        } else {
            stack[top].elements[stack[top].elements.count - 1] = .string(whole)
        }
    }

    private mutating func skipEllipsis() -> Bool {
        guard let length = ellipsis(at) else { return false }
        repairs.insert(.ellipsis)
        at += length
        let top = stack.count - 1
        stack[top].expects = .separator
        stack[top].isBehindComma = false
        return true
    }

    // MARK: Signs

    /// The next sign, with those of wide scripts as JSON's own.
    var peek: Unicode.Scalar? { at < end ? Self.plain(text[at]) : nil }

    static func plain(_ sign: Unicode.Scalar) -> Unicode.Scalar {
        if sign.isASCII { return sign }
        return switch sign {
        case "\u{FF0C}", "\u{3001}": ","
        case "\u{FF1A}": ":"
        case "\u{FF5B}": "{"
        case "\u{FF5D}": "}"
        case "\u{FF3B}", "\u{3010}": "["
        case "\u{FF3D}", "\u{3011}": "]"
        case "\u{FF1B}": ";"
        default: sign
        }
    }

    mutating func skipSpace() {
        while at < end {
            let sign = text[at]
            if " \n\r\t".unicodeScalars.contains(sign) {
                at += 1
            } else if Self.isOddSpace(sign) {
                repairs.insert(.oddPunctuation)
                at += 1
            } else if let length = comment(at) {
                repairs.insert(.comment)
                at += length
            } else {
                if Self.plain(sign) != sign { repairs.insert(.oddPunctuation) }
                return
            }
        }
    }

    static func isOddSpace(_ sign: Unicode.Scalar) -> Bool {
        if sign.isASCII { return sign.value == 0x20 || (9...13).contains(sign.value) }
        return sign.properties.isWhitespace || (0x200B...0x200D).contains(sign.value)
            || [0xFEFF, 0x2060].contains(sign.value)
    }

    func isComment(_ index: Int) -> Bool {
        text[index] == "#" || (text[index] == "/" && index + 1 < end && "/*".unicodeScalars.contains(text[index + 1]))
    }

    /// The length of a comment that begins here.
    private func comment(_ index: Int) -> Int? {
        switch text[index] {
        case "#": return lineEnd(from: index) - index
        case "/" where index + 1 < end && text[index + 1] == "/": return lineEnd(from: index) - index
        case "/" where index + 1 < end && text[index + 1] == "*":
            var place = index + 2
            while place + 1 < end, text[place] != "*" || text[place + 1] != "/" { place += 1 }
            return min(place + 2, end) - index
        default: return nil
        }
    }

    func lineEnd(from index: Int) -> Int { text[index..<end].firstIndex(of: "\n") ?? end }

    func ellipsis(_ index: Int) -> Int? {
        if text[index] == "…" { return 1 }
        return index + 2 < end && text[index] == "." && text[index + 1] == "." && text[index + 2] == "." ? 3 : nil
    }

    func isWordPart(_ sign: Unicode.Scalar) -> Bool {
        switch sign {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "$", "-", ".": true
        case _ where sign.isASCII: false
        default: sign.properties.isAlphabetic || sign.properties.numericType != nil
        }
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: Self.bytes(of: text[range]), as: UTF8.self)
    }

    /// In UTF-8; one by one, since Swift's own views of texts take ten times as long.
    static func bytes(of scalars: ArraySlice<Unicode.Scalar>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count)
        for scalar in scalars {
            if scalar.isASCII {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else if let encoded = UTF8.encode(scalar) {
                bytes.append(contentsOf: encoded)
            }
        }
        return bytes
    }

    func failure(_ message: String) -> Failure { Failure(message: message) }
}

/// The quotes that models write.
enum Quotes {
    static let double: [Unicode.Scalar] = ["\"", "“", "”", "„", "‟", "＂"]
    private static let single: [Unicode.Scalar] = ["'", "‘", "’", "‚", "`", "´"]

    static func isQuote(_ sign: Unicode.Scalar) -> Bool {
        if sign.isASCII { return sign == "\"" || sign == "'" || sign == "`" }
        return double.contains(sign) || single.contains(sign)
    }

    static func isOpening(_ sign: Unicode.Scalar) -> Bool { sign != "´" && isQuote(sign) }

    /// What may close a text that a quote has opened. A plain one is closed by its own kind only, since the others are
    /// texts' own.
    static func closers(of opener: Unicode.Scalar) -> [Unicode.Scalar] {
        switch opener {
        case "\"", "'": [opener]
        case "`": ["`", "´", "'"]
        case _ where double.contains(opener): double
        default: ["‘", "’", "'", "´"]
        }
    }

    static func repair(of opener: Unicode.Scalar) -> AnswerRepair? {
        switch opener {
        case "\"": nil
        case "'", "`": .singleQuotes
        default: .smartQuotes
        }
    }
}
