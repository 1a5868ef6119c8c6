import Crypto
import Foundation
import Jinja
import OrderedCollections
import Workflow

extension ReadStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try read(try context.text(path), in: context.files)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let path = try context.text(path)
        let result = try read(path, in: context.files)
        return StepPreview(lines: ["reads \(path), \(result["bytes"]?.integer ?? 0) bytes"], result: result)
    }

    private func read(_ path: String, in files: ProjectFiles) throws(StepFailure) -> Mapping {
        guard !path.isEmpty else { throw StepFailure(.badValue, "`read` got an empty path") }
        let file = files.url(path)
        let data = try files.content(of: path, upTo: largest)
        guard var text = String(validating: data, as: UTF8.self) else {
            throw StepFailure(.badData, "\(path) is not UTF-8 text")
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        var result: Mapping = [
            "text": .string(text),
            "path": .string(files.shown(file)),
            "bytes": .integer(data.count),
            "sha256": .string(SHA256.hash(data: data).hexadecimal),
        ]
        try addData(of: text, path: path, to: &result)
        return result
    }

    private func addData(of text: String, path: String, to result: inout Mapping) throws(StepFailure) {
        let byExtension = Format(rawValue: URL(filePath: path).pathExtension.lowercased())
        switch format ?? byExtension ?? .text {
        case .text: break
        case .json:
            do {
                result["data"] = try Value(json: text)
            } catch {
                throw StepFailure(
                    .badData, "\(path):\(error.line):\(error.column): this is not JSON: \(error.message)")
            }
        case .jsonl: result["data"] = .list(try values(ofLines: text, path: path))
        case .csv: try addTable(of: text, separator: ",", path: path, to: &result)
        case .tsv: try addTable(of: text, separator: "\t", path: path, to: &result)
        }
    }

    private func values(ofLines text: String, path: String) throws(StepFailure) -> [Value] {
        var values: [Value] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            do {
                values.append(try Value(json: String(line)))
            } catch {
                throw StepFailure(
                    .badData, "\(path):\(number + 1):\(error.column): this line is not JSON: \(error.message)")
            }
        }
        return values
    }

    private func addTable(
        of text: String, separator: Character, path: String, to result: inout Mapping
    ) throws(StepFailure) {
        do {
            let table = try CSV.table(of: text, separator: separator)
            result["data"] = .list(table.rows)
            result["columns"] = .list(table.columns.map { .string($0) })
        } catch {
            throw StepFailure(.badData, "\(path):\(error.line): \(error.message)")
        }
    }
}
