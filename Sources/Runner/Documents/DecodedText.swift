import Foundation

/// A file's bytes as text, whatever encoding they are in.
struct DecodedText {
    var text: String
    /// By its usual name: `utf-8`, `utf-16le`, `windows-1252`.
    var encoding: String
    /// What was guessed: a sentence without a full stop.
    var warning: String?

    /// So many bytes are looked at to guess.
    private static let sample = 4096

    /// - Parameter declared: the name of an encoding that the text itself declares, for one that is no UTF-8.
    /// - Returns: `nil` for what is no text.
    init?(_ data: Data, declared: String? = nil) {
        for (mark, encoding, name) in Self.marks where data.starts(with: mark) {
            guard let text = String(data: data.dropFirst(mark.count), encoding: encoding) else { return nil }
            (self.text, self.encoding) = (text, name)
            return
        }
        if let text = String(validating: data, as: UTF8.self), !text.utf8.prefix(Self.sample).contains(0) {
            (self.text, encoding) = (text, "utf-8")
            return
        }
        if let (encoding, name) = Self.wide(data) {
            guard let text = String(data: data, encoding: encoding),
                !text.unicodeScalars.contains(where: { $0.value < 9 || (14...31).contains($0.value) })
            else { return nil }
            self.text = text
            self.encoding = name
            warning = "it has no byte order mark, and was taken for \(name) by its zeros"
            return
        }
        if let name = declared?.lowercased(), let encoding = Self.named[name],
            let text = String(data: data, encoding: encoding)
        {
            (self.text, self.encoding) = (text, name)
            return
        }
        // Texts have no such characters, other files have them soon.
        let odd = data.prefix(Self.sample).contains { $0 < 9 || (14...31).contains($0) && $0 != 27 }
        guard !odd, let text = String(data: data, encoding: .windowsCP1252) ?? String(data: data, encoding: .isoLatin1)
        else { return nil }
        self.text = text
        encoding = "windows-1252"
        warning = "it is no UTF-8, and was taken for windows-1252 (Latin-1): see whether its letters are right"
    }

    /// By the names that web pages give them. What they call Latin-1 is windows-1252.
    private static let named: [String: String.Encoding] = [
        "windows-1250": .windowsCP1250, "windows-1251": .windowsCP1251, "windows-1252": .windowsCP1252,
        "windows-1253": .windowsCP1253, "windows-1254": .windowsCP1254, "iso-8859-1": .windowsCP1252,
        "latin1": .windowsCP1252, "us-ascii": .windowsCP1252, "iso-8859-2": .isoLatin2, "iso-8859-9": .windowsCP1254,
        "shift_jis": .shiftJIS, "shift-jis": .shiftJIS, "euc-jp": .japaneseEUC, "iso-2022-jp": .iso2022JP,
    ]

    /// The longer ones first, since one begins as another does.
    private static let marks: [(mark: [UInt8], encoding: String.Encoding, name: String)] = [
        ([0xFF, 0xFE, 0, 0], .utf32LittleEndian, "utf-32le"), ([0, 0, 0xFE, 0xFF], .utf32BigEndian, "utf-32be"),
        ([0xEF, 0xBB, 0xBF], .utf8, "utf-8"), ([0xFF, 0xFE], .utf16LittleEndian, "utf-16le"),
        ([0xFE, 0xFF], .utf16BigEndian, "utf-16be"),
    ]

    /// UTF-16 without a mark: in most languages every other byte is zero now and then, and the others never.
    private static func wide(_ data: Data) -> (String.Encoding, String)? {
        guard data.count % 2 == 0, data.count >= 4 else { return nil }
        var zeros = (even: 0, odd: 0)
        for (index, byte) in data.prefix(sample).enumerated() where byte == 0 {
            if index % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        let pairs = min(data.count, sample) / 2
        if zeros.even == 0, zeros.odd * 4 > pairs { return (.utf16LittleEndian, "utf-16le") }
        if zeros.odd == 0, zeros.even * 4 > pairs { return (.utf16BigEndian, "utf-16be") }
        return nil
    }
}
