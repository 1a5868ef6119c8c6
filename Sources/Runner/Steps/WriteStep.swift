import Crypto
import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension WriteStep: ExecutableStep {
    /// What was written.
    private struct Written {
        var bytes: Int
        var sha256: String
    }

    func execute(_ context: StepContext) async throws -> Mapping {
        let path = try context.text(path)
        let file = try context.files.writable(path)
        let content = try WrittenContent(self, path: path, view: context)
        let written =
            switch mode {
            case .replace: try await put(try content.whole(), to: file, as: .replace, context)
            case .create: try await put(try content.whole(), to: file, as: .create, context)
            case .append: try await append(content, to: file, context)
            }
        let shown = context.files.shown(context.files.url(path))
        context.run.progress.addCost { $0.files.append(shown) }
        context.report(.fileWritten(context.event, path: shown, bytes: written.bytes))
        return ["path": .string(shown), "bytes": .integer(written.bytes), "sha256": .string(written.sha256)]
    }

    private func put(
        _ data: Data, to file: URL, as mode: FileMode, _ context: StepContext
    ) async throws -> Written {
        let written = Written(bytes: data.count, sha256: SHA256.hash(data: data).hexadecimal)
        // The same for each attempt, also where an item has another place by now.
        let place = context.event.path.withoutItemNumbers
        let item = context.work.item.map { "\($0.rawValue)" } ?? ""
        let writer = TextDigest.of(context.run.id.text, place, item).prefix(12)
        let target = AtomicFile(file: file, writer: String(writer))
        if mode == .create, try await hasCreated(file, written, context) {
            target.clear()
            return written
        }
        let row = try await context.history.beginFile(
            NewFile(path: file.path, mode: mode, bytes: written.bytes, sha256: written.sha256), step: context.row,
            at: context.now)
        do {
            // After a power cut the record must know whose file it is that is there.
            if mode == .create { try await context.history.sync() }
            try target.write(data, existing: mode == .create ? .refuse : .replace)
        } catch {
            try await context.history.dropFile(row)
            throw error
        }
        try await context.history.endFile(row, at: context.now)
        return written
    }

    /// Whether the file that is there is the one that an earlier attempt of ours made.
    private func hasCreated(_ file: URL, _ written: Written, _ context: StepContext) async throws -> Bool {
        for attempt in context.work.earlier {
            let begun = try await context.history.files(ofStep: attempt).contains {
                $0.path == file.path && $0.mode == .create && $0.sha256 == written.sha256
            }
            guard begun, let content = try? Data(contentsOf: file) else { continue }
            return SHA256.hash(data: content).hexadecimal == written.sha256
        }
        return false
    }

    private func append(
        _ content: WrittenContent, to file: URL, _ context: StepContext
    ) async throws -> Written {
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
                if let done { return Written(bytes: done.bytes, sha256: done.sha256) }
            }
        }
        let data = try await target.append(content.addition)
        return Written(bytes: data.count, sha256: SHA256.hash(data: data).hexadecimal)
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
