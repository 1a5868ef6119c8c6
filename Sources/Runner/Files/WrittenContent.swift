import Foundation
import Jinja
import OrderedCollections
import Workflow

/// What a `write` step writes: its text, or its values in a format.
struct WrittenContent: Sendable {
    private enum Content: Sendable {
        case text(String)
        /// One value.
        case data(Value)
        /// A list of rows.
        case rows([Value])
    }

    private let content: Content
    private let format: WriteStep.Format
    private let columns: [String]?
    /// For messages.
    private let path: String

    /// - Throws: what the expressions throw, or ``StepFailure`` where a value does not fit its format.
    init(_ step: WriteStep, path: String, view: some StepView) throws {
        self.path = path
        columns = step.columns
        let named = WriteStep.Format(rawValue: Self.extension(of: path))
        func format(usual: WriteStep.Format) -> WriteStep.Format {
            step.format ?? (named == .text ? usual : named ?? usual)
        }
        if let text = step.text {
            content = .text(try view.text(text))
            self.format = .text
        } else if let data = step.data {
            let value = try view.value(data)
            self.format = format(usual: .json)
            switch self.format {
            case .jsonl, .csv, .tsv: content = .rows(try Self.list(value, of: "data", path, "a list"))
            case .text, .json, .yaml: content = .data(value)
            }
        } else {
            let value = try step.rows.map(view.value) ?? .list([])
            self.format = format(usual: .csv)
            content = .rows(try Self.list(value, of: "rows", path, "a list of mappings"))
        }
    }

    private static func `extension`(of path: String) -> String {
        let name = URL(filePath: path).pathExtension.lowercased()
        return name == "yml" ? WriteStep.Format.yaml.rawValue : name
    }

    private static func list(_ value: Value, of key: String, _ path: String, _ wanted: String) throws -> [Value] {
        guard let list = value.list else {
            throw StepFailure(.badValue, "`\(key)` for \(path) is \(value.kindPhrase), and \(wanted) is needed")
        }
        return list
    }

    /// The whole of a file.
    func whole() throws -> Data {
        let text =
            switch content {
            case .text(let text): text
            case .data(let value):
                switch format {
                case .text: value.string ?? value.json(.pretty(indent: 2)) + "\n"
                case .yaml: try YAMLText.document(value)
                case .json, .jsonl, .csv, .tsv: value.json(.pretty(indent: 2)) + "\n"
                }
            case .rows(let rows):
                switch format {
                case .jsonl: Self.lines(rows)
                case .json: Value.list(rows).json(.pretty(indent: 2)) + "\n"
                case .yaml: try YAMLText.document(.list(rows))
                case .csv, .tsv, .text: try table(rows)
                }
            }
        return Data(text.utf8)
    }

    /// What is added to a file: whole lines, behind whole lines.
    func addition(to existing: AppendedFile.Existing) throws -> Data {
        let text: String
        switch (content, format) {
        case (.text(let own), _): text = own.isEmpty || own.hasSuffix("\n") ? own : own + "\n"
        case (.data(let value), .yaml):
            text = (existing.size > 0 ? "---\n" : "") + (try YAMLText.document(value))
        case (.rows(let rows), .csv), (.rows(let rows), .tsv), (.rows(let rows), .text):
            text = try moreRows(rows, existing)
        // An empty list would be no item, but the end of a list.
        case (.rows(let rows), .yaml): text = rows.isEmpty ? "" : try YAMLText.document(.list(rows))
        case (.rows(let rows), .jsonl): text = Self.lines(rows)
        case (.rows, .json), (.data(_), .json):
            throw StepFailure(
                .badValue, "\(path) holds one JSON value, to which nothing can be appended: take `format: jsonl`")
        case (.data(let value), _): text = (value.string ?? value.json(.compact)) + "\n"
        }
        return Data(((existing.endsLine || text.isEmpty ? "" : "\n") + text).utf8)
    }

    private static func lines(_ rows: [Value]) -> String {
        rows.map { $0.json(.compact) + "\n" }.joined()
    }

    private var separator: Character { format == .tsv ? "\t" : "," }

    private func table(_ list: [Value]) throws(StepFailure) -> String {
        let rows = try mappings(list)
        return CSV.text(of: rows, columns: columns ?? Self.columns(of: rows), separator: separator)
    }

    /// Rows for a table that has its line of columns, or gets it now.
    private func moreRows(_ list: [Value], _ existing: AppendedFile.Existing) throws -> String {
        let rows = try mappings(list)
        let own = columns ?? Self.columns(of: rows)
        let head: [String]?
        do {
            head = try CSV.head(of: try existing.head(), separator: separator)
        } catch is CSV.Failure {
            throw StepFailure(.badData, "\(path) has no line of columns that could be read, so no row fits it")
        }
        guard let head else { return own.isEmpty ? "" : CSV.text(of: rows, columns: own, separator: separator) }
        if let strange = own.first(where: { !head.contains($0) }) {
            let names = head.map { "`\($0)`" }.joined(separator: ", ")
            throw StepFailure(
                .badData, "\(path) has the columns \(names), and there is none for `\(strange)`: write to another file")
        }
        return CSV.lines(of: rows, columns: head, separator: separator)
    }

    private func mappings(_ list: [Value]) throws(StepFailure) -> [Mapping] {
        var rows: [Mapping] = []
        rows.reserveCapacity(list.count)
        for (index, value) in list.enumerated() {
            guard let row = value.mapping else {
                throw StepFailure(
                    .badValue, "row \(index) of the table for \(path) is \(value.kindPhrase), not a mapping")
            }
            rows.append(row)
        }
        return rows
    }

    private static func columns(of rows: [Mapping]) -> [String] {
        var seen: Set<String> = []
        return rows.flatMap(\.keys).filter { seen.insert($0).inserted }
    }
}
