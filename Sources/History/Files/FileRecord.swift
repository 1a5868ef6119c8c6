package import Foundation
internal import GRDB

/// A file that a step wrote, as recorded.
package struct FileRecord: Sendable, Hashable {
    package let row: FileRowID
    package let run: RunID
    package let step: StepRowID
    /// Where the step stands in the run, such as `triage[3].label`.
    package let stepPath: String
    package let path: String
    /// The length of what was written.
    package let bytes: Int
    /// Of what was written, in hexadecimal digits.
    package let sha256: String
    package let mode: FileMode
    package let written: Date
    /// Whether it is written; or else, about to be.
    package let isDone: Bool
}

extension HistoryStore {
    /// Files that a run wrote, in that order: at most `limit` of those behind the row `after`.
    package func files(
        of run: RunID, after: FileRowID? = nil, limit: Int = 1_000
    ) async throws(HistoryError) -> [FileRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT files.*, steps.path AS step_path
                FROM files JOIN steps ON steps.id = files.step_id
                WHERE files.run_id = ? AND files.id > ? AND files.state = 'done' ORDER BY files.id LIMIT ?
                """, [run.text, after?.rawValue ?? 0, max(0, limit)]
            ).map(FileRecord.init)
        }
    }
}

extension FileRecord {
    init(_ row: Row) throws {
        self.row = FileRowID(rawValue: row["id"])
        run = try row.runID("run_id")
        step = StepRowID(rawValue: row["step_id"])
        stepPath = row["step_path"]
        path = row["path"]
        bytes = row["bytes"]
        sha256 = row["sha256"]
        mode = try row.value("mode")
        written = try row.time("written_at")
        isDone = row["state"] == "done"
    }
}
