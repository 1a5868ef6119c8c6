extension Lexer {
    /// Reads a token and keeps count of open brackets, within which delimiters do not end an expression.
    mutating func balancedToken(_ open: inout [(UInt8, SourceRange)]) throws(TemplateError) {
        let token = try nextToken()
        tokens.append(token)
        guard case .symbol(let symbol) = token.kind else { return }
        switch symbol {
        case .leftParenthesis: open.append((UInt8(ascii: ")"), token.place))
        case .leftBracket: open.append((UInt8(ascii: "]"), token.place))
        case .leftBrace: open.append((UInt8(ascii: "}"), token.place))
        case .rightParenthesis, .rightBracket, .rightBrace:
            let closing = bytes[token.place.offset]
            guard let (expected, _) = open.popLast() else {
                throw TemplateError(.syntax, "`\(symbol.rawValue)` closes nothing", at: token.place)
            }
            if expected != closing {
                let wanted = String(decoding: [expected], as: UTF8.self)
                throw TemplateError(
                    .syntax, "`\(symbol.rawValue)` stands where `\(wanted)` is expected", at: token.place)
            }
        default: break
        }
    }

    mutating func nextToken() throws(TemplateError) -> Token {
        let start = position
        let byte = bytes[start]
        if decimalDigit(byte) != nil { return try number() }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try string() }
        if let length = identifierLength(at: start, isStart: true) {
            position += length
            while position < bytes.count, let more = identifierLength(at: position, isStart: false) { position += more }
            return Token(kind: .name(source.text(start..<position)), place: range(from: start))
        }
        if let (symbol, length) = Token.Symbol.match(byte, start + 1 < bytes.count ? bytes[start + 1] : 0) {
            position += length
            return Token(kind: .symbol(symbol), place: range(from: start))
        }
        let scalar = scalar(at: start)
        throw TemplateError(
            .syntax, "the character `\(scalar.map { String(Character($0.0)) } ?? "?")` has no meaning here",
            at: SourceRange(offset: start, length: scalar?.1 ?? 1))
    }

    private func range(from start: Int) -> SourceRange { SourceRange(offset: start, length: position - start) }

    private mutating func number() throws(TemplateError) -> Token {
        let start = position
        let follows = start + 1 < bytes.count ? bytes[start + 1] | 0x20 : 0
        if bytes[start] == UInt8(ascii: "0") {
            let radix: (Int, UInt8)? =
                switch follows {
                case UInt8(ascii: "x"): (16, 16)
                case UInt8(ascii: "o"): (8, 8)
                case UInt8(ascii: "b"): (2, 2)
                default: nil
                }
            if let (radix, limit) = radix {
                let end = digitRunEnd(from: start + 2, allowsLeadingUnderscore: true) { digit in
                    (hexadecimalDigit(digit) ?? 99) < limit
                }
                if end > start + 2 {
                    position = end
                    return try integer(start, digits: start + 2..<end, radix: radix)
                }
            }
        }
        var end = digitRunEnd(from: start) { decimalDigit($0) != nil }
        let isAfterDot = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        var isFloat = false
        if !isAfterDot {
            if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), decimalDigit(bytes[end + 1]) != nil {
                isFloat = true
                end = digitRunEnd(from: end + 1) { decimalDigit($0) != nil }
            }
            var exponent = end + 1
            if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
                if exponent < bytes.count, bytes[exponent] == plus || bytes[exponent] == minus { exponent += 1 }
                if exponent < bytes.count, decimalDigit(bytes[exponent]) != nil {
                    isFloat = true
                    end = digitRunEnd(from: exponent) { decimalDigit($0) != nil }
                }
            }
        }
        if isFloat {
            position = end
            let text = withoutUnderscores(start..<end)
            return Token(kind: .number(Double(text) ?? .infinity), place: range(from: start))
        }
        // `012` is not a number: a zero stands alone, as in Python.
        if bytes[start] == UInt8(ascii: "0") { end = digitRunEnd(from: start) { $0 == UInt8(ascii: "0") } }
        position = end
        return try integer(start, digits: start..<end, radix: 10)
    }

    private func integer(_ start: Int, digits: Range<Int>, radix: Int) throws(TemplateError) -> Token {
        guard let value = Int(withoutUnderscores(digits), radix: radix) else {
            throw TemplateError(
                .syntax, "the integer `\(source.text(start..<position))` does not fit into 64 bits",
                at: range(from: start))
        }
        return Token(kind: .integer(value), place: range(from: start))
    }

    private func withoutUnderscores(_ range: Range<Int>) -> String {
        String(decoding: bytes[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// The end of digits that may be parted by single underscores.
    private func digitRunEnd(
        from start: Int, allowsLeadingUnderscore: Bool = false, _ isDigit: (UInt8) -> Bool
    ) -> Int {
        var index = start
        while index < bytes.count {
            if isDigit(bytes[index]) {
                index += 1
            } else if bytes[index] == UInt8(ascii: "_"), allowsLeadingUnderscore || index > start,
                index + 1 < bytes.count, isDigit(bytes[index + 1])
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    /// The length of the scalar at a place that may be part of a name; ASCII first, the rest by Unicode's rules.
    private func identifierLength(at index: Int, isStart: Bool) -> Int? {
        let byte = bytes[index]
        if byte < 0x80 {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
            return isLetter || (!isStart && decimalDigit(byte) != nil) ? 1 : nil
        }
        guard let (scalar, length) = scalar(at: index) else { return nil }
        let properties = scalar.properties
        return (isStart ? properties.isXIDStart : properties.isXIDContinue) ? length : nil
    }

    private func scalar(at index: Int) -> (Unicode.Scalar, Int)? {
        let end = min(index + 4, bytes.count)
        guard let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first else { return nil }
        return (scalar, UTF8.width(scalar))
    }

    mutating func skipWhitespace() { position = skippingWhitespace(from: position) }

    func skippingWhitespace(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if isSpace(bytes[index]) {
                index += 1
            } else if bytes[index] >= 0xC2, let (scalar, length) = scalar(at: index), scalar.isPythonSpace {
                index += length
            } else {
                break
            }
        }
        return index
    }

    /// The length of the white-space scalar that ends before the index.
    func whitespaceLength(before index: Int) -> Int? {
        guard index > 0 else { return nil }
        if bytes[index - 1] < 0x80 { return isSpace(bytes[index - 1]) ? 1 : nil }
        for length in 2...3 where index >= length && bytes[index - length] >= 0xC2 {
            if let (scalar, width) = scalar(at: index - length), width == length, scalar.isPythonSpace { return length }
        }
        return nil
    }
}

/// White space in ASCII as Python sees it.
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) }

extension Unicode.Scalar {
    /// By Python's `str.isspace`.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }
}
