package import Foundation
internal import GRDB

extension HistoryStore {
    /// Takes over what workflow files say now. A schedule that is new to the record, or was taken out and is back, is
    /// accounted for from now on; one that its file does not have any more is due no longer.
    ///
    /// - Returns: The schedules of these files.
    package func watch(_ workflows: [WatchedWorkflow], at date: Date) async throws(HistoryError) -> [ScheduleRecord] {
        let now = Timestamp.text(date)
        return try await write { db in
            var found: [ScheduleRecord] = []
            for workflow in workflows {
                try db.keepTexts(of: workflow, at: now)
                for schedule in workflow.schedules {
                    try db.run(
                        """
                        INSERT INTO schedules (path, workflow, spec, settings, considered_until) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (path, spec) DO UPDATE SET workflow = excluded.workflow,
                            settings = excluded.settings,
                            considered_until = iif(removed_at IS NULL, considered_until, excluded.considered_until),
                            skip_next = iif(removed_at IS NULL, skip_next, 0), removed_at = NULL
                        """, [workflow.path, workflow.name, schedule.spec, schedule.settings, now])
                }
                let specs = Set(workflow.schedules.map(\.spec))
                let rows = try db.schedules(of: workflow.path)
                for gone in rows where !specs.contains(gone.spec) { try db.remove(gone.row, at: now) }
                found += rows.filter { specs.contains($0.spec) }
            }
            return found
        }
    }

    /// Records that a workflow file cannot be used as it is now. Its schedules stay.
    ///
    /// - Parameters:
    ///   - name: what it is called where it never was right.
    ///   - error: why, for people.
    /// - Returns: The schedules of its last version that was right.
    package func noteBroken(
        path: String, name: String, error: String, at date: Date
    ) async throws(HistoryError) -> [ScheduleRecord] {
        try await write { db in
            try db.run(
                """
                INSERT INTO watched_workflows (path, workflow, error, seen_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (path) DO UPDATE SET error = excluded.error, seen_at = excluded.seen_at
                """, [path, name, error, Timestamp.text(date)])
            return try db.schedules(of: path)
        }
    }

    /// Records that a workflow file is not there any more, or is not watched.
    package func unwatch(path: String, at date: Date) async throws(HistoryError) {
        try await write { db in
            let now = Timestamp.text(date)
            for schedule in try db.schedules(of: path) { try db.remove(schedule.row, at: now) }
            try db.run("DELETE FROM watched_workflows WHERE path = ?", [path])
        }
    }

    /// The workflow files that the scheduler knows, by their paths.
    package func watchedWorkflows() async throws(HistoryError) -> [WatchedRecord] {
        try await read { db in
            try db.rows("SELECT path, workflow, error FROM watched_workflows ORDER BY path", []).map {
                WatchedRecord(path: $0["path"], name: $0["workflow"], error: $0["error"])
            }
        }
    }

    /// The texts of the last version of a workflow file that was right; `nil` where there was none.
    package func watchedTexts(of path: String) async throws(HistoryError) -> RunTexts? {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT path, text, workflow_texts.sha256 FROM watched_texts
                JOIN workflow_texts ON workflow_texts.sha256 = watched_texts.sha256 WHERE workflow_path = ?
                """, [path])
            var texts: [String: DigestedText] = [:]
            for row in rows { texts[row["path"]] = DigestedText(text: row["text"], sha256: row["sha256"]) }
            guard let own = texts.removeValue(forKey: path) else { return nil }
            return RunTexts(workflow: own, called: texts)
        }
    }

    /// The schedules that files have, in the order in which they were first seen.
    package func schedules() async throws(HistoryError) -> [ScheduleRecord] {
        try await read { db in
            try db.rows("SELECT \(ScheduleRecord.columns) FROM schedules WHERE removed_at IS NULL ORDER BY id", [])
                .map(ScheduleRecord.init)
        }
    }

    /// Lets schedules be due without having runs, or with them again.
    package func setPaused(_ schedules: [ScheduleRowID], at date: Date?) async throws(HistoryError) {
        try await write { db in
            for schedule in schedules {
                try db.run(
                    "UPDATE schedules SET paused_at = \(date == nil ? "NULL" : "coalesce(paused_at, ?1)") WHERE id = ?2",
                    [date.map(Timestamp.text), schedule.rawValue])
            }
        }
    }

    /// Lets the next time of schedules go by without a run.
    package func setSkipsNext(_ schedules: [ScheduleRowID]) async throws(HistoryError) {
        try await write { db in
            for schedule in schedules {
                try db.run("UPDATE schedules SET skip_next = 1 WHERE id = ?", [schedule.rawValue])
            }
        }
    }

    /// The files that runs of a schedule were for, each in the state it had then.
    package func seenFiles(of schedule: ScheduleRowID) async throws(HistoryError) -> [String: String] {
        try await read { db in
            let rows = try db.rows("SELECT path, stamp FROM seen_files WHERE schedule_id = ?", [schedule.rawValue])
            return Dictionary(rows.map { ($0["path"], $0["stamp"]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Records files as seen for which there is no run, and forgets those that are gone.
    package func setSeen(
        _ files: [SeenFile], gone: [String], of schedule: ScheduleRowID
    ) async throws(HistoryError) {
        guard !files.isEmpty || !gone.isEmpty else { return }
        try await write { db in
            try db.keep(files, of: schedule)
            for path in gone {
                try db.run("DELETE FROM seen_files WHERE schedule_id = ? AND path = ?", [schedule.rawValue, path])
            }
        }
    }
}

extension Database {
    fileprivate func keepTexts(of workflow: WatchedWorkflow, at now: String) throws {
        try run(
            """
            INSERT INTO watched_workflows (path, workflow, error, seen_at) VALUES (?, ?, NULL, ?)
            ON CONFLICT (path) DO UPDATE SET workflow = excluded.workflow, error = NULL, seen_at = excluded.seen_at
            """, [workflow.path, workflow.name, now])
        try run("DELETE FROM watched_texts WHERE workflow_path = ?", [workflow.path])
        var texts = workflow.texts.called
        texts[workflow.path] = workflow.texts.workflow
        for (path, text) in texts {
            try keep(text)
            try run(
                "INSERT INTO watched_texts (workflow_path, path, sha256) VALUES (?, ?, ?)",
                [workflow.path, path, text.sha256])
        }
    }

    fileprivate func schedules(of path: String) throws -> [ScheduleRecord] {
        try rows(
            "SELECT \(ScheduleRecord.columns) FROM schedules WHERE path = ? AND removed_at IS NULL ORDER BY id", [path]
        ).map(ScheduleRecord.init)
    }

    fileprivate func remove(_ schedule: ScheduleRowID, at now: String) throws {
        try run("UPDATE schedules SET removed_at = ? WHERE id = ?", [now, schedule.rawValue])
        try run(
            """
            UPDATE occurrences SET state = 'missed', reason = 'its schedule was taken out of the workflow', ended_at = ?
            WHERE schedule_id = ? AND state = 'waiting'
            """, [now, schedule.rawValue])
    }

    func keep(_ files: [SeenFile], of schedule: ScheduleRowID) throws {
        for file in files {
            try run(
                """
                INSERT INTO seen_files (schedule_id, path, stamp) VALUES (?, ?, ?)
                ON CONFLICT (schedule_id, path) DO UPDATE SET stamp = excluded.stamp
                """, [schedule.rawValue, file.path, file.stamp])
        }
    }
}
