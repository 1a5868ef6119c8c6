package import Foundation
internal import GRDB

/// An item of a `foreach` as its list has it, before anything is done with it.
package struct PlannedItem: Sendable, Hashable {
    /// What becomes of it now.
    package enum Plan: Sendable, Hashable {
        /// Its turn comes.
        case pending
        /// What it gave stays as it is recorded; or, how it failed.
        case kept
        /// It is not done, since another run has: it gets what was given there.
        case reused(OnceKey)
    }

    /// Its row from an earlier attempt; `nil` for a new one.
    package var row: ItemRowID?
    /// Its place in the list, from 0.
    package var index: Int
    /// What tells it from other items, across runs.
    package var key: String?
    /// What people are shown.
    package var label: String?
    package var valueDigest: String?
    package var workDigest: String?
    package var plan: Plan

    package init(
        row: ItemRowID? = nil, index: Int, key: String? = nil, label: String? = nil, valueDigest: String? = nil,
        workDigest: String? = nil, plan: Plan = .pending
    ) {
        self.row = row
        self.index = index
        self.key = key
        self.label = label
        self.valueDigest = valueDigest
        self.workDigest = workDigest
        self.plan = plan
    }
}

extension HistoryStore {
    /// Records items of a `foreach` before the first is begun.
    ///
    /// - Parameter step: The row of the `foreach`.
    /// - Returns: The rows of the items, in their order.
    package func planItems(
        _ items: [PlannedItem], step: StepRowID, at date: Date
    ) async throws(HistoryError) -> [ItemRowID] {
        var rows: [ItemRowID] = []
        var rest = items[...]
        while !rest.isEmpty {
            // Short transactions, since others may be at work. One that is cut off here goes on with what it has.
            let some = Array(rest.prefix(2_000))
            rest = rest.dropFirst(some.count)
            rows += try await write { db in
                let now = Timestamp.text(date)
                return try some.map { item in
                    guard let row = item.row else {
                        return ItemRowID(rawValue: try db.insert(item, step: step, at: now))
                    }
                    try db.replan(item, row: row, at: now)
                    return row
                }
            }
        }
        return rows
    }

    /// Records that the list of a `foreach` does not have these items any more.
    package func dropItems(_ rows: [ItemRowID], at date: Date) async throws(HistoryError) {
        try await write { db in
            for row in rows {
                try db.run(
                    """
                    UPDATE items SET state = 'skipped', ended_at = ?, error_code = 'not_listed',
                        error_message = 'the list does not have it any more'
                    WHERE id = ?
                    """, [Timestamp.text(date), row.rawValue])
            }
        }
    }

    /// Records that the turn of an item begins.
    package func beginItem(_ row: ItemRowID, at date: Date) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE items SET state = 'running', started_at = ?, ended_at = NULL, error_code = NULL,
                    error_message = NULL, output = NULL
                WHERE id = ?
                """, [Timestamp.text(date), row.rawValue], row: "item \(row.rawValue)")
        }
    }

    /// Records how the turn of an item ended.
    ///
    /// - Parameters:
    ///   - output: What its steps gave, as JSON.
    ///   - failures: What failed inside and was let pass.
    ///   - once: Under which key other runs find what it gave, where they are to.
    package func endItem(
        _ row: ItemRowID, state: ItemState, output: String? = nil, error: RecordedError? = nil,
        failures: InnerFailures = .none, once: OnceKey? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            let now = Timestamp.text(date)
            try db.update(
                """
                UPDATE items SET state = ?, ended_at = ?, output = ?, error_code = ?, error_message = ?,
                    failed_items = ?, failed_steps = ?
                WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : now, output, error?.code, error?.message,
                    failures.items, failures.steps, row.rawValue,
                ], row: "item \(row.rawValue)")
            if let once, state == .done { try db.keep(output ?? "null", under: once, of: row, at: now) }
        }
    }
}

extension Database {
    fileprivate func insert(_ item: PlannedItem, step: StepRowID, at now: String) throws -> Int64 {
        let row = try insert(
            """
            INSERT INTO items (run_id, step_id, position, key, label, value_digest, work_digest, state, started_at)
            SELECT run_id, id, ?, ?, ?, ?, ?, 'pending', ? FROM steps WHERE id = ?
            """,
            [item.index, item.key, item.label, item.valueDigest, item.workDigest, now, step.rawValue],
            parent: "step \(step.rawValue)")
        if case .reused(let once) = item.plan { try reuse(once, for: row, at: now) }
        return row
    }

    fileprivate func replan(_ item: PlannedItem, row: ItemRowID, at now: String) throws {
        try forgetWork(on: row, unless: item.valueDigest)
        try update(
            "UPDATE items SET position = ?, key = ?, label = ?, value_digest = ?, work_digest = ? WHERE id = ?",
            [item.index, item.key, item.label, item.valueDigest, item.workDigest, row.rawValue],
            row: "item \(row.rawValue)")
        switch item.plan {
        case .kept: break
        case .pending:
            try run(
                """
                UPDATE items SET state = 'pending', ended_at = NULL, output = NULL, error_code = NULL,
                    error_message = NULL
                WHERE id = ?
                """, [row.rawValue])
        case .reused(let once): try reuse(once, for: row.rawValue, at: now)
        }
    }

    /// What was done with another value under the same key holds no more, also where this attempt is cut off.
    private func forgetWork(on row: ItemRowID, unless valueDigest: String?) throws {
        let before = try rows("SELECT value_digest FROM items WHERE id = ?", [row.rawValue]).first
        let digestBefore: String? = before?["value_digest"]
        guard digestBefore != valueDigest else { return }
        try run(
            "UPDATE items SET work_digest = NULL WHERE step_id IN (SELECT id FROM steps WHERE item_id = ?)",
            [row.rawValue])
        try run("UPDATE steps SET definition_digest = NULL, input_digest = NULL WHERE item_id = ?", [row.rawValue])
    }

    /// Results are copied by the database itself: there may be very many.
    private func reuse(_ once: OnceKey, for row: Int64, at now: String) throws {
        try run(
            """
            UPDATE items SET state = 'reused', ended_at = ?, error_code = NULL, error_message = NULL,
                output = (SELECT output FROM once_items WHERE definition = ? AND key = ?)
            WHERE id = ?
            """, [now, once.definition, once.key, row])
    }
}
