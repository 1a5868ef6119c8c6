import Crypto
import Foundation
import Inference
import Jinja
import OrderedCollections
import Workflow

extension ReadStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try await read(try context.text(path), context)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let path = try context.text(path)
        let result = try await read(path, context)
        return StepPreview(lines: ["reads \(path), \(result["bytes"]?.integer ?? 0) bytes"], result: result)
    }

    private func read(_ path: String, _ view: some StepView) async throws -> Mapping {
        guard !path.isEmpty else { throw StepFailure(.badValue, "`read` got an empty path") }
        let file = view.files.url(path)
        let data = try view.files.content(of: path, upTo: largest)
        let format = format ?? Format(fileExtension: file.pathExtension)
        var result: Mapping = [
            "text": "", "encoding": "utf-8", "warnings": [], "path": .string(view.files.shown(file)),
            "bytes": .integer(data.count), "sha256": .string(SHA256.hash(data: data).hexadecimal),
        ]
        let program = DocumentProgram(
            environment: view.setting.environment, folder: view.setting.project.folder, largest: largest)
        switch format {
        case .pdf:
            guard data.prefix(1024).firstRange(of: Data("%PDF-".utf8)) != nil else {
                throw StepFailure(.badData, "\(path) is no PDF file")
            }
            let (pages, complaints) = try await program.pages(ofPDF: file, shown: path)
            result["pages"] = .list(pages.map { .string($0) })
            result["text"] = .string(pages.joined(separator: "\n"))
            var warnings = complaints
            if !pages.contains(where: { $0.contains { !$0.isWhitespace } }) {
                warnings.append("it holds no text: its pages may be pictures")
            }
            result["warnings"] = .list(warnings.map { .string($0) })
        case .docx, .odt, .rtf, .epub:
            guard data.starts(with: format == .rtf ? Array("{\\rtf".utf8) : [0x50, 0x4B]) else {
                throw StepFailure(.badData, "\(path) is no \(format.rawValue) file")
            }
            let (text, complaints) = try await program.markdown(of: file, format: format.rawValue, shown: path)
            result["text"] = .string(text)
            result["warnings"] = .list(complaints.map { .string($0) })
        case .image:
            // A header is longer than what its kind is told by.
            guard data.count > 24, let picture = ImageAttachment(name: path, data: data) else {
                throw StepFailure(.badData, "\(path) is no PNG, JPEG, GIF or WebP picture")
            }
            result["type"] = .string(picture.kind.rawValue)
        default: try addText(of: data, as: format, path: path, to: &result)
        }
        return result
    }

    private func addText(
        of data: Data, as format: Format, path: String, to result: inout Mapping
    ) throws(StepFailure) {
        guard let decoded = DecodedText(data, declared: format == .html ? HTMLText.declaredEncoding(data) : nil) else {
            throw StepFailure(.badData, "\(path) is no text: its bytes fit no encoding")
        }
        let text = decoded.text
        result["encoding"] = .string(decoded.encoding)
        if let warning = decoded.warning { result["warnings"] = [.string(warning)] }
        result["text"] = .string(text)
        switch format {
        case .html:
            let page = HTMLText(text)
            result["text"] = .string(page.text)
            result["title"] = .string(page.title)
        case .json:
            do {
                result["data"] = try Value(json: text)
            } catch {
                throw StepFailure(
                    .badData, "\(path):\(error.line):\(error.column): this is not JSON: \(error.message)")
            }
        case .yaml:
            do {
                result["data"] = try Value(yaml: text, file: path)
            } catch {
                throw StepFailure(.badData, "\(error.headline)")
            }
        case .jsonl: result["data"] = .list(try values(ofLines: text, path: path))
        case .csv: try addTable(of: text, separator: ",", path: path, to: &result)
        case .tsv: try addTable(of: text, separator: "\t", path: path, to: &result)
        case .text, .pdf, .docx, .odt, .rtf, .epub, .image: break
        }
    }

    private func values(ofLines text: String, path: String) throws(StepFailure) -> [Value] {
        var values: [Value] = []
        // Texts in JSON may hold what Unicode takes for line ends besides.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (number, line) in lines.enumerated() {
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
