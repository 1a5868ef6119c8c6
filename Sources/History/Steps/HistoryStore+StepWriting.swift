package import Foundation
internal import GRDB

/// By which it is told whether a step's result still holds.
package struct StepDigests: Sendable, Hashable {
    /// Of what the file says of the step.
    package var definition: String
    /// Of the values that its expressions use.
    package var inputs: String

    package init(definition: String, inputs: String) {
        self.definition = definition
        self.inputs = inputs
    }
}

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
    ///   - digests: Of what the file says of the step, and of the values that its expressions use.
    package func beginStep(
        run: RunID, item: ItemRowID? = nil, stepID: String, kind: String, name: String? = nil, path: String,
        attempt: Int = 1, digests: StepDigests? = nil, at date: Date
    ) async throws(HistoryError) -> StepRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO steps (run_id, item_id, step, kind, name, path, attempt, definition_digest, input_digest,
                    state, started_at)
                SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ? FROM runs WHERE id = ?
                """,
                [
                    item?.rawValue, stepID, kind, name, path, attempt, digests?.definition, digests?.inputs,
                    Timestamp.text(date), run.text,
                ],
                parent: "run \(run)")
            return StepRowID(rawValue: row)
        }
    }

    /// Records that a step goes on in the row that it has; its time counts from now.
    package func reopenStep(_ row: StepRowID, digests: StepDigests?, at date: Date) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE steps SET state = 'running', started_at = ?, ended_at = NULL, output = NULL, error_code = NULL,
                    error_message = NULL, definition_digest = ?, input_digest = ?
                WHERE id = ?
                """, [Timestamp.text(date), digests?.definition, digests?.inputs, row.rawValue],
                row: "step \(row.rawValue)")
        }
    }

    /// Records how a step ended.
    ///
    /// - Parameters:
    ///   - output: What it gave, as JSON.
    ///   - failures: What failed inside and was let pass.
    package func endStep(
        _ row: StepRowID, state: StepState, output: String? = nil, error: RecordedError? = nil,
        failures: InnerFailures = .none, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE steps SET state = ?, ended_at = ?, output = ?, error_code = ?, error_message = ?,
                    failed_items = ?, failed_steps = ?
                WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : Timestamp.text(date), output, error?.code,
                    error?.message, failures.items, failures.steps, row.rawValue,
                ], row: "step \(row.rawValue)")
        }
    }
}

extension Database {
    /// Takes over for a run what steps of another one gave, with their items, as reused.
    func reuseSteps(_ rows: [StepRowID], in run: RunID, at date: Date) throws {
        let now = Timestamp.text(date)
        for row in rows {
            let copy = try insert(
                """
                INSERT INTO steps (run_id, step, kind, name, path, attempt, definition_digest, input_digest, state,
                    started_at, ended_at, output, failed_items, failed_steps)
                SELECT ?1, step, kind, name, path, 1, definition_digest, input_digest, 'reused', ?2, ?2, output,
                    failed_items, failed_steps
                FROM steps WHERE id = ?3
                """, [run.text, now, row.rawValue], parent: "step \(row.rawValue)")
            try self.run(
                """
                INSERT INTO items (run_id, step_id, position, key, label, value_digest, work_digest, state,
                    started_at, ended_at, output, error_code, error_message, failed_items, failed_steps)
                SELECT ?1, ?2, position, key, label, value_digest, work_digest,
                    iif(state = 'done', 'reused', state), ?3, ?3, output, error_code, error_message, failed_items,
                    failed_steps
                FROM items WHERE step_id = ?4 AND state <> 'skipped'
                """, [run.text, copy, now, row.rawValue])
        }
    }
}
