import Jinja

/// Words that are values.
enum Words {
    static let values: [String: (value: Value, repair: AnswerRepair?)] = [
        "true": (true, .foreignWord), "false": (false, .foreignWord), "null": (.null, .foreignWord),
        "none": (.null, .foreignWord), "nil": (.null, .foreignWord), "undefined": (.null, .foreignWord),
        "nan": (.null, .notANumber), "infinity": (.null, .notANumber), "-infinity": (.null, .notANumber),
        "inf": (.null, .notANumber), "-inf": (.null, .notANumber),
    ]
    static let all = Set(values.keys)
    static let longest = 400

    /// What a word means without quotes, and what it takes to understand it; `nil` where it is just a word.
    static func meaning(_ word: String) -> (value: Value, repair: AnswerRepair?)? {
        switch word {
        case "true": return (true, nil)
        case "false": return (false, nil)
        case "null": return (.null, nil)
        default: break
        }
        guard word.utf8.count <= longest else { return nil }
        if let known = values[word.lowercased()] { return known }
        guard let first = word.unicodeScalars.first, first.isASCII, "+-.0123456789".unicodeScalars.contains(first)
        else {
            return nil
        }
        if let number = try? Value(json: word) { return (number, nil) }
        return oddNumber(word).map { ($0, .oddNumber) }
    }

    /// `+1`, `.5`, `5.`, `0x1F`, `1_000`.
    private static func oddNumber(_ word: String) -> Value? {
        var text = word[...]
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text = text.dropFirst() }
        guard text.allSatisfy(\.isASCII) else { return nil }
        if text.lowercased().hasPrefix("0x") {
            return Int(text.dropFirst(2), radix: 16).map { .integer(isNegative ? -$0 : $0) }
        }
        guard text.contains(where: \.isNumber), text.allSatisfy({ $0.isNumber || "._eE+-".contains($0) }),
            // Numbers that begin with zeros are names: of files, of telephones.
            !(text.hasPrefix("0") && text.dropFirst().first?.isNumber == true)
        else { return nil }
        var digits = text.replacing("_", with: "")
        if digits.hasPrefix(".") { digits = "0" + digits }
        if digits.hasSuffix(".") { digits += "0" }
        return try? Value(json: (isNegative ? "-" : "") + digits)
    }
}

extension TolerantJSON {
    /// A value without quotes: a number, a word that is a value, or a text that lasts to the next comma or bracket.
    mutating func bare() throws(Failure) -> Value {
        let start = at
        let word = wordEnd(from: at)
        // A longer word means nothing but itself.
        if word - start <= Words.longest, let meaning = Words.meaning(string(start..<word)), endsWord(word) {
            if let repair = meaning.repair { repairs.insert(repair) }
            at = word
            // A digit, or a letter, may have stood behind it.
            if at == end { repairs.insert(.truncated) }
            return meaning.value
        }
        let isMapping = stack.last?.isMapping == true
        reading: while at < end {
            switch Self.plain(text[at]) {
            case "a"..."z", "A"..."Z", "0"..."9", ".": break
            case "}", "]", "\n": break reading
            case "{", "[": throw failure("a bracket opens in the middle of a value")
            case "," where !isMapping || isEndOfMember(at + 1): break reading
            default: if isComment(at), at > start, Self.isOddSpace(text[at - 1]) { break reading }
            }
            at += 1
        }
        if at == end { repairs.insert(.truncated) }
        var (first, last) = (start, at)
        while first < last, Self.isOddSpace(text[first]) { first += 1 }
        while first < last, Self.isOddSpace(text[last - 1]) { last -= 1 }
        guard first < last, text[first] != "(" else { throw failure("a value is missing") }
        // `ObjectId(…)`: nobody can tell what that is.
        guard !(first + 1..<last).contains(where: { text[$0] == "\"" && text[$0 - 1] == "(" }) else {
            throw failure("a function is called where a value is expected")
        }
        let content = string(first..<last)
        if let number = Self.grouped(content) {
            repairs.insert(.oddNumber)
            return number
        }
        repairs.insert(.unquotedText)
        return .string(content)
    }

    /// Whether nothing of the text behind a word belongs to it.
    private func endsWord(_ index: Int) -> Bool {
        var next = index
        while next < end, text[next] == " " || text[next] == "\t" { next += 1 }
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        if sign == ",", stack.last?.isMapping == true { return isEndOfMember(next + 1) }
        if ",}]{[;\n\r".unicodeScalars.contains(sign) || Quotes.double.contains(sign) || isComment(next) {
            return true
        }
        if sign == "'" || ellipsis(next) != nil { return next > index }
        // `[1 2]`, and a key without its comma and quotes.
        if stack.last?.isMapping == false {
            return next > index && Words.meaning(string(next..<wordEnd(from: next))) != nil
        }
        return next > index && isMember(next)
    }

    /// Whether a comma ends a member, and does not stand inside a number or a text.
    private func isEndOfMember(_ index: Int) -> Bool {
        let next = skippingSpace(index)
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        return "},]{[".unicodeScalars.contains(sign) || Quotes.isOpening(sign) || isComment(next)
            || ellipsis(next) != nil || isMember(next)
    }

    /// A number whose thousands are set apart by commas: `1,234.5`.
    static func grouped(_ text: String) -> Value? {
        guard text.utf8.count <= Words.longest else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last,
            (1...3).contains(first.drop { $0 == "-" }.count), first.drop(while: { $0 == "-" }).allSatisfy(\.isNumber),
            parts.dropFirst().dropLast().allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isNumber) }),
            last.prefix(while: \.isNumber).count == 3
        else { return nil }
        return try? Value(json: parts.joined())
    }
}
