import Crypto
import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension WriteStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let path = try context.text(path)
        let file = try context.files.writable(path)
        let data = Data(try content(for: path, text: context.text, value: context.value).utf8)
        let digest = SHA256.hash(data: data).hexadecimal
        try AtomicFile.write(data, to: file, existing: mode == .create ? .refuse : .replace)
        let shown = context.files.shown(context.files.url(path))
        try await context.history.recordFile(
            step: context.row, path: file.path, bytes: data.count, sha256: digest,
            mode: mode == .create ? .create : .replace, at: context.now)
        context.run.progress.addCost { $0.files.append(shown) }
        context.report(.fileWritten(context.event, path: shown, bytes: data.count))
        return ["path": .string(shown), "bytes": .integer(data.count), "sha256": .string(digest)]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let path = try context.text(path)
        let file = try context.files.writable(path)
        let isThere = FileManager.default.fileExists(atPath: file.path)
        let what = isThere ? (mode == .create ? "would fail, for there is" : "replaces") : "writes"
        let size = (try? content(for: path, text: context.text, value: context.value)).map {
            ", \($0.utf8.count) bytes"
        }
        return StepPreview(lines: ["\(what) \(path)\(size ?? "")"], result: nil)
    }

    private func content(
        for path: String, text readText: (TemplatedText) throws -> String,
        value readValue: (TemplatedValue) throws -> Value
    ) throws -> String {
        if let text { return try readText(text) }
        if let data {
            let value = try readValue(data)
            switch chosenFormat(for: path, usual: .json) {
            case .text: return value.string ?? value.json(.pretty(indent: 2)) + "\n"
            case .json: return value.json(.pretty(indent: 2)) + "\n"
            case .jsonl, .csv:
                guard let list = value.list else {
                    throw StepFailure(.badValue, "`data` for \(path) is \(value.kindPhrase), and a list is needed")
                }
                return try table(list, path: path)
            }
        }
        guard let rows else { return "" }
        let value = try readValue(rows)
        guard let list = value.list else {
            throw StepFailure(.badValue, "`rows` for \(path) is \(value.kindPhrase), and a list of mappings is needed")
        }
        return try table(list, path: path)
    }

    private func chosenFormat(for path: String, usual: Format) -> Format {
        if let format { return format }
        let named = Format(rawValue: URL(filePath: path).pathExtension.lowercased())
        return named == .text ? usual : named ?? usual
    }

    private func table(_ list: [Value], path: String) throws(StepFailure) -> String {
        switch chosenFormat(for: path, usual: .csv) {
        case .jsonl: return list.map { $0.json(.compact) + "\n" }.joined()
        case .json: return Value.list(list).json(.pretty(indent: 2)) + "\n"
        case .csv, .text: break
        }
        var rows: [Mapping] = []
        rows.reserveCapacity(list.count)
        for (index, value) in list.enumerated() {
            guard let row = value.mapping else {
                throw StepFailure(
                    .badValue, "row \(index) of the table for \(path) is \(value.kindPhrase), not a mapping")
            }
            rows.append(row)
        }
        var seen: Set<String> = []
        let columns = columns ?? rows.flatMap(\.keys).filter { seen.insert($0).inserted }
        return CSV.text(of: rows, columns: columns)
    }
}
