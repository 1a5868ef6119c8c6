package import Foundation
internal import GRDB

/// What is due by a schedule up to a moment.
package struct DueTimes: Sendable, Hashable {
    package var schedule: ScheduleRowID
    /// Up to where the schedule was accounted for before.
    package var after: Date
    /// Up to where it is then.
    package var until: Date
    package var occurrences: [NewOccurrence]

    package init(schedule: ScheduleRowID, after: Date, until: Date, occurrences: [NewOccurrence]) {
        self.schedule = schedule
        self.after = after
        self.until = until
        self.occurrences = occurrences
    }
}

extension HistoryStore {
    /// Writes down what is due, before anything is started for it. Each time of a schedule is written once, whoever
    /// finds it due how often; a schedule that another one has accounted for meanwhile is left alone. Paused schedules
    /// and next times that are to be left out are seen to here.
    ///
    /// - Returns: The occurrences that are new, also those that wait for nothing; and whether a schedule was left alone.
    package func note(
        _ all: [DueTimes], at date: Date
    ) async throws(HistoryError) -> (occurrences: [OccurrenceRecord], wasOvertaken: Bool) {
        try await write { db in
            var noted: [OccurrenceRecord] = []
            var wasOvertaken = false
            for due in all {
                try db.run(
                    "UPDATE schedules SET considered_until = ? WHERE id = ? AND considered_until = ? AND removed_at IS NULL",
                    [Timestamp.text(due.until), due.schedule.rawValue, Timestamp.text(due.after)])
                guard db.changesCount == 1 else {
                    wasOvertaken = true
                    continue
                }
                noted += try db.note(due.occurrences, of: due.schedule, at: date)
            }
            return (noted, wasOvertaken)
        }
    }

    /// Writes down that files are to have a run, and that they were seen.
    ///
    /// - Returns: The occurrence; `nil` where the schedule is gone.
    package func noteChange(
        _ occurrence: NewOccurrence, of schedule: ScheduleRowID, at date: Date
    ) async throws(HistoryError) -> OccurrenceRecord? {
        try await write { db in
            guard
                try !db.rows("SELECT 1 FROM schedules WHERE id = ? AND removed_at IS NULL", [schedule.rawValue]).isEmpty
            else { return nil }
            try db.keep(occurrence.files, of: schedule)
            return try db.note([occurrence], of: schedule, at: date).first
        }
    }

    /// Writes down that a person asked for a run.
    ///
    /// - Parameter schedule: the one whose inputs the run has.
    package func noteRequest(
        _ occurrence: NewOccurrence, path: String, workflow: String, at date: Date
    ) async throws(HistoryError) -> OccurrenceRecord {
        try await write { db in
            try db.insert(occurrence, schedule: nil, path: path, workflow: workflow, at: date)
            return try db.occurrence(OccurrenceRowID(rawValue: db.lastInsertedRowID))
        }
    }

    /// Takes back what was accounted for by a clock that ran ahead: times after `date` that have had no run have not
    /// come yet.
    package func turnBack(to date: Date) async throws(HistoryError) {
        let now = Timestamp.text(date)
        try await write { db in
            // A row for many times goes as a whole, and its times are gone through anew.
            let split = try db.rows(
                """
                SELECT schedule_id, min(due_at) AS first FROM occurrences
                WHERE last_due_at > ?1 AND due_at <= ?1 AND trigger = 'schedule' GROUP BY schedule_id
                """, [now])
            try db.run("UPDATE schedules SET considered_until = ?1 WHERE considered_until > ?1", [now])
            for row in split {
                let before = try row.time("first").addingTimeInterval(-0.001)
                try db.run(
                    "UPDATE schedules SET considered_until = min(considered_until, ?) WHERE id = ?",
                    [Timestamp.text(before), row["schedule_id"] as Int64?])
            }
            try db.run(
                """
                DELETE FROM occurrences
                WHERE coalesce(last_due_at, due_at) > ? AND trigger = 'schedule' AND run_id IS NULL
                """, [now])
        }
    }

    /// Occurrences whose end is not known, in the order in which they are to start.
    package func openOccurrences() async throws(HistoryError) -> [OccurrenceRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT \(OccurrenceRecord.columns) FROM occurrences WHERE state IN ('waiting', 'starting', 'running')
                ORDER BY due_at, id
                """, []
            ).map(OccurrenceRecord.init)
        }
    }

    /// The occurrence that a run is for.
    package func occurrence(of run: RunID) async throws(HistoryError) -> OccurrenceRecord? {
        try await read { db in
            try db.rows("SELECT \(OccurrenceRecord.columns) FROM occurrences WHERE run_id = ?", [run.text]).first
                .map(OccurrenceRecord.init)
        }
    }

    package func occurrence(_ row: OccurrenceRowID) async throws(HistoryError) -> OccurrenceRecord {
        try await read { db in try db.occurrence(row) }
    }

    /// Gives a waiting occurrence its run, before the process of it is started.
    ///
    /// - Parameters:
    ///   - ids: the run has the first of them that is free.
    ///   - lateness: why it starts late, where it does.
    /// - Returns: The run's id; `nil` where the occurrence does not wait any more.
    package func claim(
        _ occurrence: OccurrenceRowID, ids: RunIDGenerator, lateness: String?, at date: Date
    ) async throws(HistoryError) -> RunID? {
        try await write { db in
            var run = ids.next()
            while try !db.rows(
                "SELECT 1 FROM runs WHERE id = ?1 UNION ALL SELECT 1 FROM occurrences WHERE run_id = ?1", [run.text]
            ).isEmpty { run = ids.next() }
            try db.run(
                """
                UPDATE occurrences SET state = 'starting', run_id = ?, is_late = ?, reason = ?, started_at = ?
                WHERE id = ? AND state = 'waiting'
                """,
                [run.text, lateness != nil, lateness, Timestamp.text(date), occurrence.rawValue])
            return db.changesCount == 1 ? run : nil
        }
    }

    /// Records what became of an open occurrence.
    ///
    /// - Parameter reason: what is told beside what is known already; `nil` leaves that.
    /// - Returns: Whether it was still open.
    @discardableResult
    package func settle(
        _ occurrence: OccurrenceRowID, as state: OccurrenceState, reason: String?, at date: Date
    ) async throws(HistoryError) -> Bool {
        try await write { db in
            try db.run(
                """
                UPDATE occurrences SET state = ?, reason = coalesce(?, reason), ended_at = ?
                WHERE id = ? AND state IN ('waiting', 'starting', 'running')
                """,
                [state.rawValue, reason, Timestamp.text(date), occurrence.rawValue])
            return db.changesCount == 1
        }
    }

    /// Counts that the scheduler goes on with an occurrence's run.
    package func countResume(of occurrence: OccurrenceRowID) async throws(HistoryError) {
        try await write { db in
            try db.run("UPDATE occurrences SET resumes = resumes + 1 WHERE id = ?", [occurrence.rawValue])
        }
    }

    /// Whether a process works on a run at this moment.
    package func isAtWork(_ run: RunID) throws(HistoryError) -> Bool { try locks.isHeld(run.text) }

    /// Occurrences, the last due first.
    package func occurrences(_ filter: OccurrenceFilter) async throws(HistoryError) -> [OccurrenceRecord] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible & Sendable] = []
        if let path = filter.path {
            conditions.append("path = ?")
            arguments.append(path)
        }
        if let schedule = filter.schedule {
            conditions.append("schedule_id = ?")
            arguments.append(schedule.rawValue)
        }
        if let states = filter.states {
            conditions.append("state IN (\(states.map { _ in "?" }.joined(separator: ", ")))")
            arguments += states.map(\.rawValue).sorted()
        }
        if let since = filter.since {
            conditions.append("coalesce(last_due_at, due_at) >= ?")
            arguments.append(Timestamp.text(since))
        }
        let sql = """
            SELECT \(OccurrenceRecord.columns) FROM occurrences
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY due_at DESC, id DESC LIMIT ?
            """
        let values = arguments + [max(0, filter.limit)]
        return try await read { db in
            try db.rows(sql, StatementArguments(values)).map(OccurrenceRecord.init)
        }
    }

    /// Removes what is known of times before a moment, but for those whose end is not known or whose runs are kept.
    ///
    /// - Returns: How many rows are gone.
    package func removeOccurrences(before date: Date) async throws(HistoryError) -> Int {
        try await write { db in
            try db.run(
                """
                DELETE FROM occurrences
                WHERE coalesce(last_due_at, due_at) < ? AND state NOT IN ('waiting', 'starting', 'running')
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = occurrences.run_id)
                """, [Timestamp.text(date)])
            return db.changesCount
        }
    }
}

/// Which occurrences a listing has. What is `nil` does not count.
package struct OccurrenceFilter: Sendable, Hashable {
    /// The workflow's file.
    package var path: String?
    package var schedule: ScheduleRowID?
    /// Any of these.
    package var states: Set<OccurrenceState>?
    /// Due then or later.
    package var since: Date?
    package var limit: Int

    package init(
        path: String? = nil, schedule: ScheduleRowID? = nil, states: Set<OccurrenceState>? = nil, since: Date? = nil,
        limit: Int = 50
    ) {
        self.path = path
        self.schedule = schedule
        self.states = states
        self.since = since
        self.limit = limit
    }
}

extension Database {
    fileprivate func note(
        _ occurrences: [NewOccurrence], of schedule: ScheduleRowID, at date: Date
    ) throws -> [OccurrenceRecord] {
        guard
            let row = try rows(
                "SELECT path, workflow, paused_at, skip_next FROM schedules WHERE id = ?", [schedule.rawValue]
            ).first
        else { return [] }
        let pausedAt: String? = row["paused_at"]
        var skipsNext: Bool = row["skip_next"]
        var noted: [OccurrenceRecord] = []
        for var occurrence in occurrences {
            let isKnown = try rows(
                "SELECT 1 FROM occurrences WHERE schedule_id = ? AND last_due_at >= ? AND due_at <= ?",
                [schedule.rawValue, Timestamp.text(occurrence.due), Timestamp.text(occurrence.due)])
            guard isKnown.isEmpty || occurrence.trigger != .schedule else { continue }
            if let pausedAt {
                occurrence.state = .skipped
                occurrence.reason = "the schedule is paused since \(pausedAt)"
            } else if skipsNext, occurrence.state == .waiting {
                occurrence.state = .skipped
                occurrence.reason = "it was to be left out (`nightjar schedule skip-next`)"
                skipsNext = false
                try run("UPDATE schedules SET skip_next = 0 WHERE id = ?", [schedule.rawValue])
            }
            try insert(occurrence, schedule: schedule, path: row["path"], workflow: row["workflow"], at: date)
            if changesCount == 1 { noted.append(try self.occurrence(OccurrenceRowID(rawValue: lastInsertedRowID))) }
        }
        return noted
    }

    fileprivate func insert(
        _ occurrence: NewOccurrence, schedule: ScheduleRowID?, path: String, workflow: String, at date: Date
    ) throws {
        let files =
            try occurrence.files.isEmpty
            ? nil : String(decoding: JSONEncoder().encode(occurrence.files.map(\.path)), as: UTF8.self)
        let now = Timestamp.text(date)
        try run(
            """
            INSERT INTO occurrences (schedule_id, path, workflow, key, trigger, due_at, last_due_at, times,
                scheduled_for, start_at, state, reason, inputs, files, noted_at, ended_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                schedule?.rawValue, path, workflow, occurrence.key, occurrence.trigger.rawValue,
                Timestamp.text(occurrence.due), occurrence.lastDue.map(Timestamp.text), occurrence.times,
                occurrence.scheduledFor, Timestamp.text(occurrence.start), occurrence.state.rawValue,
                occurrence.reason, occurrence.inputs, files, now, occurrence.state == .waiting ? nil : now,
            ])
    }

    fileprivate func occurrence(_ row: OccurrenceRowID) throws -> OccurrenceRecord {
        guard
            let found = try rows(
                "SELECT \(OccurrenceRecord.columns) FROM occurrences WHERE id = ?", [row.rawValue]
            ).first
        else { throw HistoryError(.notFound, "The history has no occurrence \(row.rawValue).") }
        return try OccurrenceRecord(found)
    }
}
