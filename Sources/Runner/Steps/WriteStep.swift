import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension WriteStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let path = try context.text(path)
        let file = try context.files.writable(path)
        let content = try WrittenContent(self, path: path, view: context)
        let written =
            switch mode {
            case .replace: try await context.put(try content.whole(), to: file, as: .replace)
            case .create: try await context.put(try content.whole(), to: file, as: .create)
            case .append: try await append(content, to: file, context)
            }
        return context.tell(written, path: path)
    }

    private func append(
        _ content: WrittenContent, to file: URL, _ context: StepContext
    ) async throws -> WrittenFile {
        let target = AppendedFile(
            file: file, history: context.history, step: context.row, sleep: context.setting.sleep,
            now: context.setting.now)
        if !context.work.earlier.isEmpty {
            // What is finished here may be our own.
            try await target.finishOthers()
            for attempt in context.work.earlier {
                let done = try await context.history.files(ofStep: attempt).last {
                    $0.path == file.path && $0.mode == .append && $0.isDone
                }
                if let done { return WrittenFile(bytes: done.bytes, sha256: done.sha256) }
            }
        }
        let data = try await target.append(content.addition)
        return WrittenFile(data)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let path = try context.text(path)
        let file = try context.files.writable(path)
        let isThere = FileManager.default.fileExists(atPath: file.path)
        let what =
            switch mode {
            case .create: isThere ? "would fail, for there is" : "writes"
            case .replace: isThere ? "replaces" : "writes"
            case .append: isThere ? "appends to" : "writes"
            }
        let size = (try? WrittenContent(self, path: path, view: context).whole()).map { ", \($0.count) bytes" }
        return StepPreview(lines: ["\(what) \(path)\(size ?? "")"], result: nil)
    }
}
