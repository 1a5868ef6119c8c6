package import Foundation
internal import GRDB

/// Which runs the record keeps. What is `nil` does not count; a run goes if any of the rules says so.
package struct RetentionRule: Sendable, Hashable {
    /// Runs that began earlier go.
    package var since: Date?
    /// So many of each workflow stay, the newest.
    package var runsPerWorkflow: Int?
    /// So much may the record take, in bytes; the oldest runs make room.
    package var bytes: Int?

    package init(since: Date? = nil, runsPerWorkflow: Int? = nil, bytes: Int? = nil) {
        self.since = since
        self.runsPerWorkflow = runsPerWorkflow
        self.bytes = bytes
    }
}

/// What the record takes.
package struct RecordSize: Sendable, Hashable {
    /// The file itself, in bytes.
    package var file: Int
    /// What of it is in use.
    package var used: Int
    /// What of that belongs to no run: the cache, and what was done once.
    package var keptWithoutRuns: Int
    /// How many runs there are.
    package var runs: Int
}

extension HistoryStore {
    /// Runs that are to go by age and number, the oldest first. Those stay that are not finished, and those that have
    /// begun to append to a file: who comes next to the file finishes that.
    package func runs(beyond rule: RetentionRule) async throws(HistoryError) -> [RunID] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible & Sendable] = []
        if let since = rule.since {
            conditions.append("started_at < ?")
            arguments.append(Timestamp.text(since))
        }
        if let count = rule.runsPerWorkflow {
            conditions.append("place > ?")
            arguments.append(count)
        }
        guard !conditions.isEmpty else { return [] }
        let sql = """
            SELECT id FROM (
                SELECT id, state, started_at,
                    row_number() OVER (PARTITION BY workflow ORDER BY started_at DESC, id DESC) AS place
                FROM runs)
            WHERE \(removable("id")) AND (\(conditions.joined(separator: " OR "))) ORDER BY started_at, id
            """
        let values = arguments
        return try await read { db in
            try db.rows(sql, StatementArguments(values)).map { try $0.runID("id") }
        }
    }

    /// Runs that may go, the oldest first, at most so many.
    package func oldestRuns(_ count: Int) async throws(HistoryError) -> [RunID] {
        try await read { db in
            try db.rows(
                "SELECT id FROM runs WHERE \(removable("runs.id")) ORDER BY started_at, id LIMIT ?", [count]
            ).map { try $0.runID("id") }
        }
    }

    /// Removes runs with all that belongs to them, but for what their items did once. A run that is at work again by
    /// now stays.
    ///
    /// - Returns: How many are gone.
    package func removeRuns(_ runs: [RunID]) async throws(HistoryError) -> Int {
        var removed = 0
        var rest = runs[...]
        while !rest.isEmpty {
            // Short transactions, since others may be at work: so many runs as have few rows together.
            let some = Array(rest.prefix(200))
            let (count, taken) = try await write { db in
                var rows = 0
                var count = 0
                var taken = 0
                for run in some {
                    let own = try db.rowCount(of: run)
                    guard rows + own <= Self.rowsAtOnce else { break }
                    rows += own
                    taken += 1
                    count += try db.removeRun(run)
                }
                return (count, taken)
            }
            removed += count
            rest = rest.dropFirst(taken)
            if taken == 0, let large = rest.popFirst() { removed += try await removeLarge(large) }
        }
        return removed
    }

    /// A run of very many rows goes piece by piece. From the first piece on, it cannot be gone on with.
    private func removeLarge(_ run: RunID) async throws(HistoryError) -> Int {
        let isRemovable = try await write { db in
            try db.run(
                """
                UPDATE runs SET state = 'failed', path = NULL, error_code = 'pruned',
                    error_message = 'it is being removed'
                WHERE id = ? AND \(removable("runs.id"))
                """, [run.text])
            return db.changesCount == 1
        }
        guard isRemovable else { return 0 }
        for table in ["calls", "files", "items", "steps"] {
            var count = 0
            repeat {
                count = try await write { db in
                    try db.run(
                        "DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE run_id = ? LIMIT ?)",
                        [run.text, Self.rowsAtOnce / 4])
                    return db.changesCount
                }
            } while count > 0
        }
        return try await write { db in try db.removeRun(run) }
    }

    private static let rowsAtOnce = 4_000

    /// Removes what belongs to nothing: texts of workflows that no run has any more, and rows of runs that were removed by
    /// hand.
    package func removeOrphans() async throws(HistoryError) {
        for statement in [
            "DELETE FROM steps WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = steps.run_id)",
            "DELETE FROM items WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = items.run_id)",
            "DELETE FROM calls WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = calls.run_id)",
            "DELETE FROM files WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = files.run_id)",
            "DELETE FROM called_texts WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = called_texts.run_id)",
            "DELETE FROM run_totals WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_totals.run_id)",
            """
            DELETE FROM workflow_texts
            WHERE NOT EXISTS (SELECT 1 FROM runs WHERE workflow_sha256 = workflow_texts.sha256)
                AND NOT EXISTS (SELECT 1 FROM called_texts WHERE called_texts.sha256 = workflow_texts.sha256)
                AND NOT EXISTS (SELECT 1 FROM watched_texts WHERE watched_texts.sha256 = workflow_texts.sha256)
            """,
        ] {
            try await write { db in try db.run(statement, []) }
        }
    }

    package func size() async throws(HistoryError) -> RecordSize {
        try await read { db in
            func pragma(_ name: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(name)") ?? 0 }
            let page = try pragma("page_size")
            let pages = try pragma("page_count")
            let kept = try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT coalesce(sum(bytes), 0) FROM cache)
                        + (SELECT coalesce(sum(length(output) + length(key)), 0) FROM once_items)
                    """)
            return RecordSize(
                file: page * pages, used: page * (pages - (try pragma("freelist_count"))), keptWithoutRuns: kept ?? 0,
                runs: try Int.fetchOne(db, sql: "SELECT count(*) FROM runs") ?? 0)
        }
    }

    /// Gives back to the disk what is not in use, unless runs are at work, which would have to wait for it.
    ///
    /// - Returns: Whether it was done.
    package func vacuum() async throws(HistoryError) -> Bool {
        let isAtWork = try await read { db in
            try Bool.fetchOne(db, sql: "SELECT count(*) > 0 FROM runs WHERE state = 'running'") ?? false
        }
        guard !isAtWork else { return false }
        do {
            try await writeOutsideTransaction { db in
                try db.execute(sql: "VACUUM")
                _ = try db.checkpoint(.truncate)
            }
            return true
        } catch {
            // Someone reads, or there is no room for the copy: what is free is used again by and by.
            guard [.busy, .diskFull].contains(error.code) else { throw error }
            return false
        }
    }
}

/// Whether a run may be removed, as a condition of SQL.
private func removable(_ id: String) -> String {
    """
    state <> 'running' AND NOT EXISTS (
        SELECT 1 FROM files WHERE files.run_id = \(id) AND files.state = 'begun' AND files.mode = 'append')
    """
}

extension Database {
    fileprivate func removeRun(_ run: RunID) throws -> Int {
        try self.run("DELETE FROM runs WHERE id = ? AND \(removable("runs.id"))", [run.text])
        return changesCount
    }

    fileprivate func rowCount(of run: RunID) throws -> Int {
        try rows(
            """
            SELECT (SELECT count(*) FROM steps WHERE run_id = ?1) + (SELECT count(*) FROM items WHERE run_id = ?1)
                + (SELECT count(*) FROM calls WHERE run_id = ?1) + (SELECT count(*) FROM files WHERE run_id = ?1) AS count
            """, [run.text]
        ).first?["count"] ?? 0
    }
}
