/// Comma-separated values by RFC 4180: quoted fields may hold separators, line ends and doubled quotes.
///
/// Written here because the one Swift package for it that works on Linux drops blanks at the start of a field, takes
/// a quote that is never closed for the end of the file, and names no line in its errors.
enum CSV {
    struct Failure: Error {
        var line: Int
        var message: String
    }

    struct Record: Equatable {
        /// The line in which the record begins.
        var line: Int
        var fields: [String]
    }

    /// The records of a text; a line without any text is none.
    static func records(of text: String, separator: Character = ",") throws(Failure) -> [Record] {
        guard let separator = separator.asciiValue else { return [] }
        var reader = Reader(bytes: Array(text.utf8), separator: separator)
        return try reader.records()
    }

    /// A record as a line, without its end.
    static func line(_ fields: [String], separator: Character = ",") -> String {
        fields.map { quoted($0, separator) }.joined(separator: String(separator))
    }

    private static func quoted(_ field: String, _ separator: Character) -> String {
        // A field that is empty is left so; blanks at the ends are quoted because readers differ about them.
        let needsQuotes =
            field.utf8.contains { [34, 10, 13].contains($0) || $0 == separator.asciiValue } || field.first == " "
            || field.last == " "
        return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
}

private struct Reader {
    let bytes: [UInt8]
    let separator: UInt8
    var position = 0
    var line = 1

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
    }

    mutating func records() throws(CSV.Failure) -> [CSV.Record] {
        var all: [CSV.Record] = []
        while position < bytes.count {
            let begin = line
            var fields: [String] = []
            repeat { fields.append(try field()) } while skip(separator)
            skipLineEnd()
            if fields != [""] { all.append(CSV.Record(line: begin, fields: fields)) }
        }
        return all
    }

    private mutating func field() throws(CSV.Failure) -> String {
        guard position < bytes.count, bytes[position] == Self.quote else {
            let start = position
            while position < bytes.count, !endsField(bytes[position]) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        let opened = line
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.lineFeed { line += 1 }
            guard byte == Self.quote else {
                content.append(byte)
                continue
            }
            if skip(Self.quote) {
                content.append(byte)
                continue
            }
            guard position == bytes.count || endsField(bytes[position]) else {
                throw CSV.Failure(line: line, message: "text follows the quote that closes a field")
            }
            return String(decoding: content, as: UTF8.self)
        }
        throw CSV.Failure(line: opened, message: "the quote that opens here is never closed")
    }

    private func endsField(_ byte: UInt8) -> Bool {
        byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipLineEnd() {
        let returned = skip(Self.carriageReturn)
        if skip(Self.lineFeed) || returned { line += 1 }
    }
}
