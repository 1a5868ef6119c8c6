extension Lexer {
    /// A string literal with Python's escapes. Unknown escapes stay as they are.
    mutating func string() throws(TemplateError) -> Token {
        let start = position
        let quote = bytes[start]
        var text: [UInt8] = []
        var index = start + 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote {
                position = index + 1
                return Token(
                    kind: .string(String(decoding: text, as: UTF8.self)),
                    place: SourceRange(offset: start, length: position - start))
            }
            if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index = try escape(at: index, into: &text)
            } else {
                text.append(byte)
                index += 1
            }
        }
        let mark = quote == UInt8(ascii: "'") ? "'" : "\""
        throw TemplateError(
            .syntax, "a string is not closed: `\(mark)` is missing", at: SourceRange(offset: start, length: 1))
    }

    private func escape(at index: Int, into text: inout [UInt8]) throws(TemplateError) -> Int {
        let byte = bytes[index + 1]
        switch byte {
        case newline: break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value: UInt32 = 0
            var end = index + 1
            while end < min(index + 4, bytes.count), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[end]) {
                value = value << 3 | UInt32(bytes[end] - UInt8(ascii: "0"))
                end += 1
            }
            try append(value, at: index, length: end - index, to: &text)
            return end
        case UInt8(ascii: "x"): return try hexadecimal(at: index, digits: 2, into: &text)
        case UInt8(ascii: "u"): return try hexadecimal(at: index, digits: 4, into: &text)
        case UInt8(ascii: "U"): return try hexadecimal(at: index, digits: 8, into: &text)
        case UInt8(ascii: "N"):
            throw TemplateError(
                .syntax, "characters cannot be named; write `\\u` and four hexadecimal digits",
                at: SourceRange(offset: index, length: 2))
        default:
            text.append(UInt8(ascii: "\\"))
            // The escaped byte may start a longer scalar: only the backslash is taken.
            return index + 1
        }
        return index + 2
    }

    private func hexadecimal(at index: Int, digits: Int, into text: inout [UInt8]) throws(TemplateError) -> Int {
        guard var value = hexadecimalValue(at: index + 2, digits: digits) else {
            throw TemplateError(
                .syntax, "this escape needs \(digits) hexadecimal digits", at: SourceRange(offset: index, length: 2))
        }
        var end = index + 2 + digits
        if digits == 4, (0xD800..<0xDC00).contains(value), end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\\"),
            bytes[end + 1] == UInt8(ascii: "u"), let low = hexadecimalValue(at: end + 2, digits: 4),
            (0xDC00..<0xE000).contains(low)
        {
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            end += 6
        }
        try append(value, at: index, length: end - index, to: &text)
        return end
    }

    private func hexadecimalValue(at start: Int, digits: Int) -> UInt32? {
        guard start + digits <= bytes.count else { return nil }
        var value: UInt32 = 0
        for index in start..<start + digits {
            guard let digit = hexadecimalDigit(bytes[index]), value < 0x1000_0000 else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private func append(_ value: UInt32, at index: Int, length: Int, to text: inout [UInt8]) throws(TemplateError) {
        guard let scalar = Unicode.Scalar(value) else {
            throw TemplateError(
                .syntax, "this escape is no Unicode character", at: SourceRange(offset: index, length: length))
        }
        text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    }
}
