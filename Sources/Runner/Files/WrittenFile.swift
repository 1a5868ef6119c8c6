import Crypto
import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// What a step has written to a file.
struct WrittenFile {
    var bytes: Int
    var sha256: String

    init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }

    init(_ data: Data) {
        self.init(bytes: data.count, sha256: SHA256.hash(data: data).hexadecimal)
    }
}

extension StepContext {
    /// Puts a whole file in its place, and records that before and after.
    func put(_ data: Data, to file: URL, as mode: FileMode) async throws -> WrittenFile {
        let written = WrittenFile(data)
        // The same for each attempt, also where an item has another place by now.
        let place = event.path.withoutItemNumbers
        let item = work.item.map { "\($0.rawValue)" } ?? ""
        let writer = TextDigest.of(run.id.text, place, item).prefix(12)
        let target = AtomicFile(file: file, writer: String(writer))
        if mode == .create, try await hasCreated(file, written) {
            target.clear()
            return written
        }
        let entry = try await history.beginFile(
            NewFile(path: file.path, mode: mode, bytes: written.bytes, sha256: written.sha256), step: row, at: now)
        do {
            // After a power cut the record must know whose file it is that is there.
            if mode == .create { try await history.sync() }
            try target.write(data, existing: mode == .create ? .refuse : .replace)
        } catch {
            try await history.dropFile(entry)
            throw error
        }
        try await history.endFile(entry, at: now)
        return written
    }

    /// Tells the run and its displays of a file, and gives what later steps find of it.
    func tell(_ written: WrittenFile, path: String) -> Mapping {
        let shown = files.shown(files.url(path))
        run.progress.addCost { $0.files.append(shown) }
        report(.fileWritten(event, path: shown, bytes: written.bytes))
        return ["path": .string(shown), "bytes": .integer(written.bytes), "sha256": .string(written.sha256)]
    }

    /// Whether the file that is there is the one that an earlier attempt of ours made.
    private func hasCreated(_ file: URL, _ written: WrittenFile) async throws -> Bool {
        for attempt in work.earlier {
            let begun = try await history.files(ofStep: attempt).contains {
                $0.path == file.path && $0.mode == .create && $0.sha256 == written.sha256
            }
            guard begun, let content = try? Data(contentsOf: file) else { continue }
            return SHA256.hash(data: content).hexadecimal == written.sha256
        }
        return false
    }
}
