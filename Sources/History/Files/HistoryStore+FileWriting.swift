package import Foundation
internal import GRDB

/// How a step wrote a file.
package enum FileMode: String, Sendable, Hashable, Codable, CaseIterable {
    case replace
    case create
    case append
}

extension HistoryStore {
    /// Records a file that a step wrote.
    ///
    /// - Parameters:
    ///   - bytes: The length of what was written.
    ///   - sha256: Of what was written, in hexadecimal digits.
    @discardableResult
    package func recordFile(
        step: StepRowID, path: String, bytes: Int, sha256: String, mode: FileMode, at date: Date
    ) async throws(HistoryError) -> FileRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO files (run_id, step_id, path, bytes, sha256, mode, written_at)
                SELECT run_id, id, ?, ?, ?, ?, ? FROM steps WHERE id = ?
                """,
                [path, bytes, sha256, mode.rawValue, Timestamp.text(date), step.rawValue],
                parent: "step \(step.rawValue)")
            return FileRowID(rawValue: row)
        }
    }
}
