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
}

extension HistoryStore {
    /// Runs that are to go by age and number, the oldest first. Those that are not finished stay.
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
            WHERE state <> 'running' AND (\(conditions.joined(separator: " OR "))) ORDER BY started_at, id
            """
        let values = arguments
        return try await read { db in
            try db.rows(sql, StatementArguments(values)).map { try $0.runID("id") }
        }
    }

    /// Finished runs, the oldest first, at most so many.
    package func oldestRuns(_ count: Int) async throws(HistoryError) -> [RunID] {
        try await read { db in
            try db.rows(
                "SELECT id FROM runs WHERE state <> 'running' ORDER BY started_at, id LIMIT ?", [count]
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
            // Short transactions, since others may be at work.
            let some = Array(rest.prefix(200))
            rest = rest.dropFirst(some.count)
            removed += try await write { db in
                var count = 0
                for run in some {
                    try db.run("DELETE FROM runs WHERE id = ? AND state <> 'running'", [run.text])
                    count += db.changesCount
                }
                return count
            }
        }
        try await write { db in
            try db.run(
                """
                DELETE FROM workflow_texts
                WHERE NOT EXISTS (SELECT 1 FROM runs WHERE workflow_sha256 = workflow_texts.sha256)
                    AND NOT EXISTS (SELECT 1 FROM called_texts WHERE called_texts.sha256 = workflow_texts.sha256)
                """, [])
        }
        return removed
    }

    package func size() async throws(HistoryError) -> RecordSize {
        try await read { db in
            func pragma(_ name: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(name)") ?? 0 }
            let page = try pragma("page_size")
            let pages = try pragma("page_count")
            return RecordSize(file: page * pages, used: page * (pages - (try pragma("freelist_count"))))
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
        try await writeOutsideTransaction { db in
            try db.execute(sql: "VACUUM")
            _ = try db.checkpoint(.truncate)
        }
        return true
    }
}
