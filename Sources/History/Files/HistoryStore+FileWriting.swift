package import Foundation
internal import GRDB

/// How a step wrote a file.
package enum FileMode: String, Sendable, Hashable, Codable, CaseIterable {
    case replace
    case create
    case append
}

/// A file that a step is about to write.
package struct NewFile: Sendable, Hashable {
    package var path: String
    package var mode: FileMode
    /// The length of what is written.
    package var bytes: Int
    /// Of what is written, in hexadecimal digits.
    package var sha256: String
    /// Of an append: where it begins, and what it is. It is kept until it is done, so that whoever comes next can
    /// finish it.
    package var append: (position: Int, content: Data)? {
        get { position.map { ($0, content ?? Data()) } }
        set { (position, content) = (newValue?.position, newValue?.content) }
    }
    private var position: Int?
    private var content: Data?

    package init(
        path: String, mode: FileMode, bytes: Int, sha256: String, append: (position: Int, content: Data)? = nil
    ) {
        self.path = path
        self.mode = mode
        self.bytes = bytes
        self.sha256 = sha256
        self.append = append
    }
}

/// An append that was begun, and of which nobody knows whether it was done.
package struct BegunAppend: Sendable, Hashable {
    package let row: FileRowID
    package let position: Int
    package let content: Data
}

extension HistoryStore {
    /// Records that a step is about to write a file.
    package func beginFile(_ file: NewFile, step: StepRowID, at date: Date) async throws(HistoryError) -> FileRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO files (run_id, step_id, path, bytes, sha256, mode, state, position, content, written_at)
                SELECT run_id, id, ?, ?, ?, ?, 'begun', ?, ?, ? FROM steps WHERE id = ?
                """,
                [
                    file.path, file.bytes, file.sha256, file.mode.rawValue, file.append?.position,
                    file.append?.content, Timestamp.text(date), step.rawValue,
                ], parent: "step \(step.rawValue)")
            return FileRowID(rawValue: row)
        }
    }

    /// Records that a file is written.
    package func endFile(_ row: FileRowID, at date: Date) async throws(HistoryError) {
        try await write { db in
            try db.update(
                "UPDATE files SET state = 'done', content = NULL, written_at = ? WHERE id = ?",
                [Timestamp.text(date), row.rawValue], row: "file \(row.rawValue)")
        }
    }

    /// Records that a file was not written after all.
    package func dropFile(_ row: FileRowID) async throws(HistoryError) {
        try await write { db in try db.run("DELETE FROM files WHERE id = ?", [row.rawValue]) }
    }

    /// The appends to a file that were begun, by whichever run, and of which nobody knows whether they were done.
    package func begunAppends(to path: String) async throws(HistoryError) -> [BegunAppend] {
        try await read { db in
            try db.rows(
                """
                SELECT id, position, content FROM files
                WHERE path = ? AND state = 'begun' AND mode = 'append' ORDER BY id
                """, [path]
            ).map { row in
                BegunAppend(
                    row: FileRowID(rawValue: row["id"]), position: row["position"] ?? 0,
                    content: row["content"] ?? Data())
            }
        }
    }

    /// What an attempt at a step wrote or began to write.
    package func files(ofStep step: StepRowID) async throws(HistoryError) -> [FileRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT files.*, steps.path AS step_path FROM files JOIN steps ON steps.id = files.step_id
                WHERE files.step_id = ? ORDER BY files.id
                """, [step.rawValue]
            ).map(FileRecord.init)
        }
    }
}
