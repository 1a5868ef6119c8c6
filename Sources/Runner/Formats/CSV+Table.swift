import Foundation
import Jinja
import OrderedCollections

extension CSV {
    /// A table's columns, and its rows as mappings from column to value: numbers are numbers, `true`
    /// and `false` are booleans, an empty field is null.
    static func table(of text: String, separator: Character) throws(Failure) -> (columns: [String], rows: [Value]) {
        let records = try records(of: text, separator: separator)
        guard let head = records.first else { return ([], []) }
        let columns = head.fields
        var seen: Set<String> = []
        if let twice = columns.first(where: { !seen.insert($0).inserted }) {
            let what = twice.isEmpty ? "two columns have no name" : "two columns are called \(twice)"
            throw Failure(line: head.line, message: "\(what): each needs one of its own")
        }
        let blank = Mapping(uniqueKeysWithValues: columns.map { ($0, Value.null) })
        var rows: [Value] = []
        rows.reserveCapacity(records.count - 1)
        for (number, record) in records.dropFirst().enumerated() {
            guard record.fields.count == columns.count else {
                throw Failure(
                    line: record.line,
                    message:
                        "row \(number + 1) has \(record.fields.count) fields, and there are \(columns.count) columns")
            }
            // The names of the columns take memory once.
            var row = blank
            for (index, field) in record.fields.enumerated() { row.values[index] = value(of: field) }
            rows.append(.mapping(row))
        }
        return (columns, rows)
    }

    private static func value(of field: String) -> Value {
        guard let first = field.utf8.first else { return .null }
        if field == "true" || field == "false" { return .boolean(field == "true") }
        let canBeNumber = (48...57).contains(first) || first == 45 || first == 46
        let digits = first == 45 ? field.utf8.dropFirst() : field.utf8[...]
        // A leading zero is part of a code, not of a number.
        let isCode = digits.count > 1 && digits.first == 48 && digits.dropFirst().first != 46
        guard canBeNumber, !isCode else { return .string(field) }
        if let integer = Int(field) { return .integer(integer) }
        // So is every digit of an integer that is too large to be kept exactly.
        guard !digits.allSatisfy({ (48...57).contains($0) }) else { return .string(field) }
        let isPlain = field.utf8.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
        if isPlain, let number = Double(field), number.isFinite { return .number(number) }
        return .string(field)
    }

    /// Rows as a text with a line of columns; a key that a row lacks is an empty field.
    static func text(of rows: [Mapping], columns: [String], separator: Character) -> String {
        line(columns, separator: separator) + "\n" + lines(of: rows, columns: columns, separator: separator)
    }

    /// Rows without the line of columns, each with its end.
    static func lines(of rows: [Mapping], columns: [String], separator: Character) -> String {
        rows.map { row in line(columns.map { cell(row[$0] ?? .null) }, separator: separator) + "\n" }.joined()
    }

    /// The columns of a table, from the beginning of its text; `nil` where it has none.
    static func head(of beginning: Data, separator: Character) throws(Failure) -> [String]? {
        var text = String(decoding: beginning, as: UTF8.self)
        // A byte-order mark is no part of a name.
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        // The beginning may end within a record; the first one is enough.
        var end = text.startIndex
        while let next = text[end...].firstIndex(where: \.isNewline) {
            end = text.index(after: next)
            if let first = try? records(of: String(text[..<end]), separator: separator).first { return first.fields }
        }
        return try records(of: text, separator: separator).first?.fields
    }

    private static func cell(_ value: Value) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: value.json(.compact)
        }
    }
}
