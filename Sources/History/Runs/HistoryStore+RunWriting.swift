package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that a run begins.
    ///
    /// - Throws: ``HistoryError/Code/runExists`` where another run has the id: take another one.
    package func beginRun(_ run: NewRun) async throws(HistoryError) {
        do {
            try await write { db in
                try db.run(
                    "INSERT INTO workflow_texts (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    [run.workflowSHA256, run.workflowText])
                try db.run(
                    """
                    INSERT INTO runs (id, workflow, state, started_at, trigger, path, workflow_sha256,
                        nightjar_version, pid, host, inputs)
                    VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        run.id.text, run.workflow, Timestamp.text(run.started), run.trigger, run.path,
                        run.workflowSHA256, run.nightjarVersion, run.pid, run.host, run.inputs,
                    ])
            }
        } catch {
            guard let cause = error.underlying as? DatabaseError,
                cause.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
            else { throw error }
            throw HistoryError(.runExists, "The history has a run \(run.id) already.", underlying: cause)
        }
    }

    /// Records that a run begins, under the first id of the generator that is free, which is returned. The run's own
    /// id is the first to be tried.
    package func beginRun(_ run: NewRun, ids: RunIDGenerator) async throws(HistoryError) -> RunID {
        var run = run
        for _ in 0..<15 {
            do {
                try await beginRun(run)
                return run.id
            } catch {
                guard error.code == .runExists else { throw error }
                run.id = ids.next()
            }
        }
        try await beginRun(run)
        return run.id
    }

    /// Records how a run ended. Steps, items and calls of it that are still running end as interrupted with it.
    ///
    /// - Parameter outputs: A JSON object.
    package func endRun(
        _ id: RunID, state: RunState, outputs: String? = nil, error: RecordedError? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            let ended = Timestamp.text(date)
            try db.update(
                """
                UPDATE runs SET state = ?, ended_at = ?, outputs = ?, error_code = ?, error_message = ? WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : ended, outputs, error?.code, error?.message, id.text,
                ], row: "run \(id)")
            guard state != .running else { return }
            for table in ["calls", "items", "steps"] {
                try db.run(
                    "UPDATE \(table) SET state = 'interrupted', ended_at = ? WHERE run_id = ? AND state = 'running'",
                    [ended, id.text])
            }
        }
    }
}
