/// Strings in quotes.
enum Quoting {
    /// Escapes what RFC 8259 requires, with the short escapes where there are some.
    static func json(_ text: String, escapesUnicode: Bool, into output: inout String) {
        output += "\""
        let needsEscape = text.utf8.contains { byte in
            byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                || (escapesUnicode && byte >= 0x7F)
        }
        if !needsEscape {
            output += text
        } else {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.utf8.count + 16)
            for scalar in text.unicodeScalars { append(json: scalar, escapesUnicode, to: &bytes) }
            output += String(decoding: bytes, as: UTF8.self)
        }
        output += "\""
    }

    private static func append(json scalar: Unicode.Scalar, _ escapesUnicode: Bool, to bytes: inout [UInt8]) {
        switch scalar {
        case "\"": bytes.append(contentsOf: [0x5C, 0x22])
        case "\\": bytes.append(contentsOf: [0x5C, 0x5C])
        case "\n": bytes.append(contentsOf: [0x5C, UInt8(ascii: "n")])
        case "\r": bytes.append(contentsOf: [0x5C, UInt8(ascii: "r")])
        case "\t": bytes.append(contentsOf: [0x5C, UInt8(ascii: "t")])
        case "\u{8}": bytes.append(contentsOf: [0x5C, UInt8(ascii: "b")])
        case "\u{C}": bytes.append(contentsOf: [0x5C, UInt8(ascii: "f")])
        case _ where scalar.value < 0x20 || (escapesUnicode && scalar.value >= 0x7F):
            for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                bytes.append(contentsOf: "\\u\(hexadecimal(UInt32(unit), width: 4))".utf8)
            }
        default: for byte in UTF8.encode(scalar).map(Array.init) ?? [] { bytes.append(byte) }
        }
    }

    /// As Python's `repr`: single quotes unless the text has some and no double ones.
    static func python(_ text: String, into output: inout String) {
        let quote: Unicode.Scalar =
            text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        var quoted = String.UnicodeScalarView()
        quoted.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\":
                quoted.append("\\")
                quoted.append(scalar)
            case "\n": quoted.append(contentsOf: "\\n".unicodeScalars)
            case "\r": quoted.append(contentsOf: "\\r".unicodeScalars)
            case "\t": quoted.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isPrintable: quoted.append(scalar)
            case _ where scalar.value <= 0xFF:
                quoted.append(contentsOf: "\\x\(hexadecimal(scalar.value, width: 2))".unicodeScalars)
            case _ where scalar.value <= 0xFFFF:
                quoted.append(contentsOf: "\\u\(hexadecimal(scalar.value, width: 4))".unicodeScalars)
            default: quoted.append(contentsOf: "\\U\(hexadecimal(scalar.value, width: 8))".unicodeScalars)
            }
        }
        quoted.append(quote)
        output += String(quoted)
    }

    static func hexadecimal(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Unicode.Scalar {
    /// By Python's `str.isprintable`: no control, separator, surrogate, private or unassigned character but the space.
    var isPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
