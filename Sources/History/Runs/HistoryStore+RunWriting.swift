package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that a run begins. From now on this process has the run's lock, until ``endRun(_:state:outputs:error:at:)``.
    ///
    /// - Throws: ``HistoryError/Code/runExists`` where another run has the id: take another one.
    ///   ``HistoryError/Code/occurrenceIsOver`` where the run's occurrence is to have no run, or another one.
    package func beginRun(_ run: NewRun) async throws(HistoryError) {
        try checkWritable()
        let exists = HistoryError(.runExists, "The history has a run \(run.id) already.")
        guard try locks.take(run.id.text) else { throw exists }
        do {
            try await write { db in
                try db.keep(run.texts.workflow)
                try db.run(
                    """
                    INSERT INTO runs (id, workflow, state, started_at, trigger, path, workflow_sha256,
                        nightjar_version, pid, host, inputs, options, source_run)
                    VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        run.id.text, run.workflow, Timestamp.text(run.started), run.trigger, run.path,
                        run.texts.workflow.sha256, run.process.nightjarVersion, run.process.pid, run.process.host,
                        run.inputs, run.options, run.headStart?.run.text,
                    ])
                try db.setCalledTexts(run.texts.called, of: run.id)
                if let occurrence = run.occurrence { try db.begin(occurrence, with: run.id) }
                try db.reuseSteps(run.headStart?.steps ?? [], in: run.id, at: run.started)
            }
        } catch {
            locks.release(run.id.text)
            let cause = error.underlying as? DatabaseError
            throw cause?.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY ? exists : error
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

    /// Records that a run that had ended goes on, in this process, which has its lock from now on.
    ///
    /// - Parameters:
    ///   - state: How it had ended: whoever went on with it meanwhile has changed that.
    ///   - texts: What is done from now on, where that is not what was done before.
    ///   - inputs: As JSON.
    ///   - options: What the command line says beside the inputs, as JSON.
    /// - Throws: ``HistoryError/Code/runIsAlive`` where a process works on it, or has done so meanwhile.
    package func resumeRun(
        _ id: RunID, endedAs state: RunState, texts: RunTexts?, inputs: String, options: String?, process: RunProcess
    ) async throws(HistoryError) {
        try checkWritable()
        guard try locks.take(id.text) else {
            throw HistoryError(
                .runIsAlive, "The run \(id) is at work in another process; wait for its end, or stop it.")
        }
        do {
            try await write { db in
                try db.run(
                    """
                    UPDATE runs SET state = 'running', ended_at = NULL, outputs = NULL, error_code = NULL,
                        error_message = NULL, resumes = resumes + 1, inputs = ?, options = ?, nightjar_version = ?,
                        pid = ?, host = ?
                    WHERE id = ? AND state = ?
                    """,
                    [
                        inputs, options, process.nightjarVersion, process.pid, process.host, id.text, state.rawValue,
                    ])
                guard db.changesCount == 1 else {
                    throw HistoryError(
                        .runIsAlive, "Another process has gone on with the run \(id) meanwhile, or has removed it.")
                }
                guard let texts else { return }
                try db.keep(texts.workflow)
                try db.run(
                    "UPDATE runs SET workflow_sha256 = ? WHERE id = ?", [texts.workflow.sha256, id.text])
                try db.setCalledTexts(texts.called, of: id)
            }
        } catch {
            locks.release(id.text)
            throw error
        }
    }

    /// Records how a run ended, and gives its lock back. Steps, items and calls of it that are still running end as
    /// interrupted with it.
    ///
    /// - Parameter outputs: A JSON object.
    package func endRun(
        _ id: RunID, state: RunState, outputs: String? = nil, error: RecordedError? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            try db.endRun(id, state: state, outputs: outputs, error: error, at: date)
        }
        if state != .running { locks.release(id.text) }
    }

    /// Gives up a run without a word, as its process' end does: it counts as interrupted from now on.
    package func abandonRun(_ id: RunID) {
        locks.release(id.text)
    }
}

extension HistoryStore {
    /// Ends the runs whose processes have gone, as interrupted, at the last moment that is known of them. It is done
    /// whenever the record is opened, too.
    package func endAbandonedRuns() throws(HistoryError) {
        let abandoned = try readNow { db in try locks.abandonedRuns(in: db) }
        if !abandoned.isEmpty {
            try writeNow { db in
                for id in try locks.abandonedRuns(in: db) { try endAbandoned(id, in: db) }
            }
        }
        try locks.clear(
            except: try readNow { db in
                Set(try String.fetchAll(db, sql: "SELECT id FROM runs WHERE state = 'running'"))
            })
    }

    private func endAbandoned(_ id: RunID, in db: Database) throws {
        // Whoever has the lock now is about to go on with it, or is another one who ends it.
        guard try locks.take(id.text) else { return }
        defer { locks.release(id.text) }
        let last = try String.fetchOne(
            db,
            sql: """
                SELECT max(moment) FROM (
                    SELECT max(coalesce(ended_at, started_at)) AS moment FROM steps WHERE run_id = ?1
                    UNION ALL SELECT max(coalesce(ended_at, started_at)) FROM items
                        WHERE run_id = ?1 AND state <> 'pending'
                    UNION ALL SELECT max(coalesce(ended_at, started_at)) FROM calls WHERE run_id = ?1
                    UNION ALL SELECT started_at FROM runs WHERE id = ?1)
                """, arguments: [id.text])
        try db.endRun(
            id, state: .interrupted, outputs: nil,
            error: RecordedError(
                code: RecordedError.abandoned,
                message: "its process ended without a word: it was killed, or the machine stopped"),
            at: last.flatMap(Timestamp.date) ?? Date())
    }
}

extension Database {
    /// Once for each occurrence: whoever comes second finds it taken.
    fileprivate func begin(_ occurrence: OccurrenceRowID, with run: RunID) throws {
        try self.run(
            "UPDATE occurrences SET state = 'running' WHERE id = ? AND run_id = ? AND state = 'starting'",
            [occurrence.rawValue, run.text])
        guard changesCount == 1 else {
            throw HistoryError(.occurrenceIsOver, "What the run \(run) was to be for has ended otherwise.")
        }
    }

    func keep(_ text: DigestedText) throws {
        try run(
            "INSERT INTO workflow_texts (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [text.sha256, text.text])
    }

    fileprivate func setCalledTexts(_ called: [String: DigestedText], of run: RunID) throws {
        try self.run("DELETE FROM called_texts WHERE run_id = ?", [run.text])
        for (path, text) in called {
            try keep(text)
            try self.run(
                "INSERT INTO called_texts (run_id, path, sha256) VALUES (?, ?, ?)", [run.text, path, text.sha256])
        }
    }

    fileprivate func endRun(
        _ id: RunID, state: RunState, outputs: String?, error: RecordedError?, at date: Date
    ) throws {
        let ended = Timestamp.text(date)
        try update(
            """
            UPDATE runs SET state = ?, ended_at = ?, outputs = ?, error_code = ?, error_message = ? WHERE id = ?
            """,
            [
                state.rawValue, state == .running ? nil : ended, outputs, error?.code, error?.message, id.text,
            ], row: "run \(id)")
        guard state != .running else { return }
        // One that was interrupted may be gone on with: what becomes of its occurrence, the scheduler decides.
        if state != .interrupted {
            try run(
                """
                UPDATE occurrences SET state = iif(is_late, 'late', 'ran'), ended_at = ?
                WHERE run_id = ? AND state = 'running'
                """, [ended, id.text])
        }
        for table in ["calls", "items", "steps"] {
            try run(
                "UPDATE \(table) SET state = 'interrupted', ended_at = ? WHERE run_id = ? AND state = 'running'",
                [ended, id.text])
        }
    }
}
