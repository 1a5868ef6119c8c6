package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that one turn of a `foreach` begins.
    ///
    /// - Parameters:
    ///   - step: The row of the `foreach`.
    ///   - index: The item's place in the list, from 0.
    ///   - key: What tells it from other items, across runs.
    ///   - label: What people are shown.
    package func beginItem(
        step: StepRowID, index: Int, key: String? = nil, label: String? = nil, at date: Date
    ) async throws(HistoryError) -> ItemRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO items (run_id, step_id, position, key, label, state, started_at)
                SELECT run_id, id, ?, ?, ?, 'running', ? FROM steps WHERE id = ?
                """,
                [index, key, label, Timestamp.text(date), step.rawValue], parent: "step \(step.rawValue)")
            return ItemRowID(rawValue: row)
        }
    }

    /// Records how one turn of a `foreach` ended.
    ///
    /// - Parameter output: What its steps gave, as JSON.
    package func endItem(
        _ row: ItemRowID, state: ItemState, output: String? = nil, error: RecordedError? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE items SET state = ?, ended_at = ?, output = ?, error_code = ?, error_message = ? WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : Timestamp.text(date), output, error?.code,
                    error?.message, row.rawValue,
                ], row: "item \(row.rawValue)")
        }
    }
}
