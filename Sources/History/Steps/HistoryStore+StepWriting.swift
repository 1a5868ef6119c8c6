package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that a step begins.
    ///
    /// - Parameters:
    ///   - item: The item of a `foreach` that the step is part of.
    ///   - stepID: Its id in the workflow.
    ///   - kind: Its kind, such as `prompt`.
    ///   - name: What people are shown, where the workflow says something else than the id.
    ///   - path: Where it stands in the run, such as `triage[3].label`.
    ///   - attempt: From 1; each retry is a row of its own.
    package func beginStep(
        run: RunID, item: ItemRowID? = nil, stepID: String, kind: String, name: String? = nil, path: String,
        attempt: Int = 1, at date: Date
    ) async throws(HistoryError) -> StepRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO steps (run_id, item_id, step, kind, name, path, attempt, state, started_at)
                SELECT id, ?, ?, ?, ?, ?, ?, 'running', ? FROM runs WHERE id = ?
                """,
                [item?.rawValue, stepID, kind, name, path, attempt, Timestamp.text(date), run.text],
                parent: "run \(run)")
            return StepRowID(rawValue: row)
        }
    }

    /// Records how a step ended.
    ///
    /// - Parameter output: What it gave, as JSON.
    package func endStep(
        _ row: StepRowID, state: StepState, output: String? = nil, error: RecordedError? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE steps SET state = ?, ended_at = ?, output = ?, error_code = ?, error_message = ? WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : Timestamp.text(date), output, error?.code,
                    error?.message, row.rawValue,
                ], row: "step \(row.rawValue)")
        }
    }
}
