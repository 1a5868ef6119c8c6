extension JSONReader {
    mutating func string() throws(Failure) -> String {
        let start = position
        position += 1
        var index = position
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try text(from: position, to: index)
                position = index + 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start, firstEscape: index) }
            if byte < 0x20 { throw controlCharacter(at: index) }
            index += 1
        }
        throw Failure(message: "a string is not closed: `\"` is missing", offset: start)
    }

    private mutating func escapedString(from start: Int, firstEscape: Int) throws(Failure) -> String {
        var output: [UInt8] = []
        output.append(contentsOf: bytes[position..<firstEscape])
        var index = firstEscape
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: output, as: UTF8.self) else { throw invalidUTF8(start, index) }
                position = index + 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                index = try escape(at: index, into: &output)
                continue
            }
            if byte < 0x20 { throw controlCharacter(at: index) }
            output.append(byte)
            index += 1
        }
        throw Failure(message: "a string is not closed: `\"` is missing", offset: start)
    }

    private func escape(at index: Int, into output: inout [UInt8]) throws(Failure) -> Int {
        guard index + 1 < bytes.count else {
            throw Failure(message: "the text ends inside an escape", offset: index)
        }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): output.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): output.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): output.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): return try unicodeEscape(at: index, into: &output)
        default:
            throw Failure(message: "a backslash starts no escape that JSON knows", offset: index)
        }
        return index + 2
    }

    private func unicodeEscape(at index: Int, into output: inout [UInt8]) throws(Failure) -> Int {
        let unit = try hexadecimal(at: index)
        var scalar = UInt32(unit)
        var end = index + 6
        if (0xD800..<0xDC00).contains(unit), end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\\"),
            bytes[end + 1] == UInt8(ascii: "u")
        {
            let low = try hexadecimal(at: end)
            if (0xDC00..<0xE000).contains(low) {
                scalar = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
                end += 6
            }
        }
        guard let scalar = Unicode.Scalar(scalar) else {
            throw Failure(message: "a \\u escape is half of a surrogate pair", offset: index)
        }
        output.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        return end
    }

    private func hexadecimal(at index: Int) throws(Failure) -> UInt16 {
        var unit: UInt16 = 0
        for place in index + 2..<index + 6 {
            guard place < bytes.count, let digit = hexadecimalDigit(bytes[place]) else {
                throw Failure(message: "\\u needs four hexadecimal digits", offset: index)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private func text(from start: Int, to end: Int) throws(Failure) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<end])
        guard let text = String(validating: slice, as: UTF8.self) else { throw invalidUTF8(start, end) }
        return text
    }

    private func invalidUTF8(_ start: Int, _ end: Int) -> Failure {
        // Finds the first byte that cannot be: the longest valid prefix ends before it.
        var index = start
        while index < end {
            let length = UTF8Sequence.length(in: bytes, at: index, end: end)
            if length == 0 { break }
            index += length
        }
        return Failure(message: "a string holds bytes that are not UTF-8", offset: index)
    }

    private func controlCharacter(at index: Int) -> Failure {
        let name = bytes[index] == 0x0A ? "a line break" : "a control character"
        return Failure(message: "\(name) inside a string must be written as an escape", offset: index)
    }

    /// To find the nearest double takes the square of the length.
    private static let longestNumber = 4096

    mutating func number() throws(Failure) -> Value {
        let start = position
        var index = position
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let firstDigit = index
        var magnitude = 0
        while index < bytes.count, let digit = decimalDigit(bytes[index]) {
            if index - firstDigit < 18 { magnitude = magnitude * 10 + Int(digit) }
            index += 1
        }
        let digits = index - firstDigit
        guard digits > 0 else {
            position = index
            throw unexpected("expected a digit")
        }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw Failure(message: "a number starts with a superfluous zero", offset: start)
        }
        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index = try digitRun(after: index, "expected a digit after the decimal point")
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            var sign = index
            if sign + 1 < bytes.count, bytes[sign + 1] == UInt8(ascii: "+") || bytes[sign + 1] == UInt8(ascii: "-") {
                sign += 1
            }
            index = try digitRun(after: sign, "expected a digit in the exponent")
        }
        guard index - start <= Self.longestNumber else {
            throw Failure(message: "a number has more than \(Self.longestNumber) digits", offset: start)
        }
        position = index
        if isInteger, digits <= 18 { return .integer(isNegative ? -magnitude : magnitude) }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw Failure(message: "a number is too large", offset: start)
        }
        return .number(value)
    }

    private mutating func digitRun(after place: Int, _ expectation: String) throws(Failure) -> Int {
        var index = place + 1
        while index < bytes.count, decimalDigit(bytes[index]) != nil { index += 1 }
        guard index > place + 1 else {
            position = index
            throw unexpected(expectation)
        }
        return index
    }
}

/// The value of an ASCII digit.
func decimalDigit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
}

/// The value of an ASCII hexadecimal digit of either case.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    if let digit = decimalDigit(byte) { return digit }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
}

/// The shape of well-formed UTF-8 (Unicode 15, table 3-7).
enum UTF8Sequence {
    /// The length of the sequence that starts at the index, 0 where none does.
    static func length(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, end: Int) -> Int {
        let lead = bytes[index]
        if lead < 0x80 { return 1 }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index + length <= end, second.contains(bytes[index + 1]) else { return 0 }
        for place in index + 2..<max(index + length, index + 2) where bytes[place] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
