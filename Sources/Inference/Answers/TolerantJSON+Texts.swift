extension TolerantJSON {
    /// The text in quotes that begins here.
    mutating func quoted(isKey: Bool) throws(Failure) -> String {
        let opener = text[at]
        if let repair = Quotes.repair(of: opener) { repairs.insert(repair) }
        if isTriple(at), let close = nextTriple(from: at + 3, opener) {
            repairs.insert(.tripleQuotes)
            let content = string(at + 3..<close)
            at = close + 3
            return content
        }
        let closers = Quotes.closers(of: opener)
        at += 1
        var content = String.UnicodeScalarView()
        while at < end {
            let sign = text[at]
            if sign == "\\" {
                escape(into: &content)
            } else if closers.contains(sign) {
                at += 1
                if closes(at, isKey: isKey, quote: sign) { return String(content) }
                repairs.insert(.unescapedQuote)
                content.append(sign)
            } else if sign.value < 0x20 {
                // A line that is a member of its own shows that the quote before it is missing.
                if sign == "\n", !isKey, stack.last?.isMapping == true, isMember(skippingSpace(at)) {
                    repairs.insert(.missingQuote)
                    return String(withoutEnd(content))
                }
                repairs.insert(.controlCharacter)
                content.append(sign)
                at += 1
            } else {
                content.append(sign)
                at += 1
            }
        }
        repairs.insert(.truncated)
        return String(content)
    }

    private func withoutEnd(_ content: String.UnicodeScalarView) -> String.UnicodeScalarView {
        var content = content
        while let last = content.last, last == "," || last.properties.isWhitespace { content.removeLast() }
        return content
    }

    private func isTriple(_ index: Int) -> Bool {
        index + 2 < end && text[index + 1] == text[index] && text[index + 2] == text[index]
    }

    private mutating func nextTriple(from index: Int, _ quote: Unicode.Scalar) -> Int? {
        // What was not found once is not looked for again.
        guard index < tripleHorizon else { return nil }
        var place = index
        while place < end {
            if text[place] == quote, isTriple(place) { return place }
            place += 1
        }
        tripleHorizon = index
        return nil
    }

    // MARK: Escapes

    private mutating func escape(into content: inout String.UnicodeScalarView) {
        guard at + 1 < end else {
            at += 1
            return
        }
        let sign = text[at + 1]
        at += 2
        switch sign {
        case "\"", "\\", "/": content.append(sign)
        case "b": content.append("\u{8}")
        case "f": content.append("\u{C}")
        case "n": content.append("\n")
        case "r": content.append("\r")
        case "t": content.append("\t")
        case "u": unicodeEscape(into: &content)
        case "'", "`", "“", "”", "‘", "’":
            repairs.insert(.badEscape)
            content.append(sign)
        case "\n":
            // A line that goes on.
            repairs.insert(.badEscape)
        default:
            // A path of Windows's or a regular expression: the backslash is meant.
            repairs.insert(.badEscape)
            content.append("\\")
            content.append(sign)
        }
    }

    private mutating func unicodeEscape(into content: inout String.UnicodeScalarView) {
        guard let unit = hexadecimal(at) else {
            repairs.insert(.badEscape)
            content.append("\\")
            content.append("u")
            return
        }
        at += 4
        if let scalar = Unicode.Scalar(unit) {
            content.append(scalar)
            return
        }
        if unit < 0xDC00, at + 1 < end, text[at] == "\\", text[at + 1] == "u", let low = hexadecimal(at + 2),
            (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
            content.append(scalar)
            at += 6
            return
        }
        repairs.insert(.badEscape)
        content.append("\u{FFFD}")
    }

    private func hexadecimal(_ index: Int) -> UInt32? {
        guard index + 4 <= end, text[index..<index + 4].allSatisfy({ $0.isASCII && $0.properties.isHexDigit }) else {
            return nil
        }
        return UInt32(string(index..<index + 4), radix: 16)
    }

    // MARK: Where a text ends

    /// Whether a quote closes its text, by what stands behind it.
    private func closes(_ index: Int, isKey: Bool, quote: Unicode.Scalar) -> Bool {
        let next = skippingSpace(index)
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        if isKey { return closesKey(sign, at: next) }
        let isMapping = stack.last?.isMapping == true
        switch sign {
        case "}": return isMapping || stack.contains { $0.isMapping || $0.isRedundant }
        case "]": return !isMapping || stack.contains { !$0.isMapping }
        case ",", ";": return isMapping ? memberFollows(next + 1) : elementFollows(next + 1)
        case "+":
            let other = skippingSpace(next + 1)
            return other < end && Quotes.isOpening(text[other])
        case "/": return isComment(next)
        case "#": return next > index
        case "`" where string(next..<min(next + 3, end)) == "```": return true
        case _ where ellipsis(next) != nil: return next > index
        case _ where isMapping && isMember(next):
            // A key without its comma; one without quotes is one on a new line only.
            return Quotes.isOpening(sign) || text[index..<next].contains("\n")
        case _ where !isMapping && Quotes.isOpening(sign): return isElement(next)
        default: break
        }
        // Nothing else could close it.
        return lastQuotes[quote] == index - 1
    }

    private func closesKey(_ sign: Unicode.Scalar, at index: Int) -> Bool {
        if ":=,}{[-".unicodeScalars.contains(sign) || Quotes.isOpening(sign) { return true }
        if sign.properties.numericType != nil { return true }
        return Words.all.contains(string(index..<wordEnd(from: index)).lowercased())
    }

    /// Whether a text in quotes begins here that is an element of a list.
    private func isElement(_ index: Int) -> Bool {
        guard let close = nextQuote(behind: index) else { return false }
        let next = skippingSpace(close + 1)
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        return ",]".unicodeScalars.contains(sign) || Quotes.isOpening(sign)
    }

    private func memberFollows(_ index: Int) -> Bool {
        let next = skippingSpace(index)
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        return "},".unicodeScalars.contains(sign) || isComment(next) || ellipsis(next) != nil || isMember(next)
    }

    private func elementFollows(_ index: Int) -> Bool {
        let next = skippingSpace(index)
        guard next < end else { return true }
        let sign = Self.plain(text[next])
        if "],{[-".unicodeScalars.contains(sign) || isComment(next) || ellipsis(next) != nil { return true }
        if Quotes.isOpening(sign) || sign.properties.numericType != nil { return true }
        // Words are an element where no quote stands before the end of it.
        let stop = text[next..<end].firstIndex { Quotes.isQuote($0) || ",]".unicodeScalars.contains($0) }
        return stop.map { ",]".unicodeScalars.contains(text[$0]) } ?? false
    }

    /// Whether `key:` begins here, with quotes or without.
    func isMember(_ index: Int) -> Bool {
        guard index < end else { return false }
        guard Quotes.isOpening(text[index]) else { return bareKeyEnd(from: index) != nil }
        guard let close = nextQuote(behind: index) else { return false }
        let next = skippingSpace(close + 1)
        return next < end && Self.plain(text[next]) == ":"
    }

    /// The next quote that may close the text that begins here.
    private func nextQuote(behind index: Int) -> Int? {
        let closers = Quotes.closers(of: text[index])
        var place = index + 1
        while place < end {
            if text[place] == "\\" {
                place += 2
            } else if closers.contains(text[place]) {
                return place
            } else {
                place += 1
            }
        }
        return nil
    }

    /// The end of a key without quotes that begins here, with a colon behind it.
    func bareKeyEnd(from index: Int) -> Int? {
        var place = index
        while place < end, place - index < Self.longestBareKey, isWordPart(text[place]) { place += 1 }
        let colon = skippingSpace(place)
        return place > index && colon < end && Self.plain(text[colon]) == ":" ? place : nil
    }

    func wordEnd(from index: Int) -> Int {
        var place = index
        while place < end, isWordPart(text[place]) || text[place] == "+" { place += 1 }
        return place
    }

    func skippingSpace(_ index: Int) -> Int {
        var place = index
        while place < end, Self.isOddSpace(text[place]) { place += 1 }
        return place
    }
}
