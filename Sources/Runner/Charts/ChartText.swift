/// How much room texts take, without a font at hand: rather too much than too little, for every font of the list.
enum ChartText {
    /// In pixels, at a font size.
    static func width(_ text: String, size: Double) -> Double {
        text.reduce(0) { $0 + ems($1) } * size
    }

    /// The text, or its beginning and its end with `…` between them, in a width: names that begin alike often differ in
    /// a number at their end.
    static func shortened(_ text: String, to room: Double, size: Double) -> String {
        guard width(text, size: size) > room else { return text }
        let left = room - ems("…") * size
        var end = fitting(text.reversed(), in: left / 3, size: size)
        end = String(end.reversed().drop(while: \.isWhitespace))
        var begin = fitting(text, in: left - width(end, size: size), size: size)
        while begin.last?.isWhitespace == true { begin.removeLast() }
        return begin + "…" + end
    }

    /// As many characters from the front as fit.
    private static func fitting(_ text: some Sequence<Character>, in room: Double, size: Double) -> String {
        var left = room
        return String(
            text.prefix { character in
                left -= ems(character) * size
                return left >= 0
            })
    }

    /// One line without what could be no part of XML, or turns the direction of what follows.
    static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
            switch scalar {
            case "\n", "\r", "\t", "\u{2028}", "\u{2029}": " "
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FFFE}", "\u{FFFF}": nil
            default: scalar.properties.generalCategory == .control ? nil : scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// The width of a character in parts of the font size.
    private static func ems(_ character: Character) -> Double {
        if let ascii = character.asciiValue {
            switch ascii {
            case UInt8(ascii: "m"), UInt8(ascii: "w"), UInt8(ascii: "M"), UInt8(ascii: "W"), UInt8(ascii: "@"),
                UInt8(ascii: "%"):
                return 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): return 0.75
            case UInt8(ascii: "f"), UInt8(ascii: "i"), UInt8(ascii: "j"), UInt8(ascii: "l"), UInt8(ascii: "r"),
                UInt8(ascii: "t"), UInt8(ascii: " ")...UInt8(ascii: "!"), UInt8(ascii: "'")...UInt8(ascii: ")"),
                UInt8(ascii: ",")...UInt8(ascii: "/"), UInt8(ascii: ":")...UInt8(ascii: ";"):
                return 0.42
            default: return 0.65
            }
        }
        guard let first = character.unicodeScalars.first else { return 0 }
        if character.unicodeScalars.contains(where: { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }) {
            return 1.4
        }
        switch first.value {
        case 0x1100..<0x1200, 0x2E80..<0xA4D0, 0xAC00..<0xD7B0, 0xF900..<0xFB00, 0xFE30..<0xFE70, 0xFF00..<0xFF61,
            0x1F000..<0x40000:
            return 1.05
        case 0x2026: return 1
        default: return 0.8
        }
    }
}
