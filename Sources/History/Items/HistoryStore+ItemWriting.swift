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
        /// It is not done, since another run has: what it gave there, as JSON.
        case reused(String)
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
    /// - Parameters:
    ///   - step: The row of the `foreach`.
    ///   - dropsOthers: Whether its other rows are of items that the list does not have any more, and are marked so.
    /// - Returns: The rows of the items, in their order.
    package func planItems(
        _ items: [PlannedItem], step: StepRowID, dropsOthers: Bool = false, at date: Date
    ) async throws(HistoryError) -> [ItemRowID] {
        try await write { db in
            let now = Timestamp.text(date)
            let kept = Set(items.compactMap(\.row))
            if dropsOthers {
                for old in try db.rows("SELECT id FROM items WHERE step_id = ? AND state <> 'skipped'", [step.rawValue])
                {
                    let id: Int64 = old["id"]
                    guard !kept.contains(ItemRowID(rawValue: id)) else { continue }
                    try db.run(
                        """
                        UPDATE items SET state = 'skipped', ended_at = ?, error_code = 'not_listed',
                            error_message = 'the list does not have it any more'
                        WHERE id = ?
                        """, [now, id])
                }
            }
            return try items.map { item in
                let row = try item.row.map { row in
                    try db.replan(item, row: row, at: now)
                    return row.rawValue
                }
                return ItemRowID(rawValue: try row ?? db.insert(item, step: step, at: now))
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
    ///   - once: Under which key other runs find what it gave, where they are to.
    package func endItem(
        _ row: ItemRowID, state: ItemState, output: String? = nil, error: RecordedError? = nil,
        once: OnceKey? = nil, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            let now = Timestamp.text(date)
            try db.update(
                """
                UPDATE items SET state = ?, ended_at = ?, output = ?, error_code = ?, error_message = ? WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : now, output, error?.code, error?.message, row.rawValue,
                ], row: "item \(row.rawValue)")
            if let once, state == .done { try db.keep(output ?? "null", under: once, of: row, at: now) }
        }
    }
}

extension Database {
    fileprivate func insert(_ item: PlannedItem, step: StepRowID, at now: String) throws -> Int64 {
        var output: String?
        if case .reused(let known) = item.plan { output = known }
        return try insert(
            """
            INSERT INTO items (run_id, step_id, position, key, label, value_digest, work_digest, state, started_at,
                ended_at, output)
            SELECT run_id, id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM steps WHERE id = ?
            """,
            [
                item.index, item.key, item.label, item.valueDigest, item.workDigest,
                output == nil ? "pending" : "reused", now, output == nil ? nil : now, output, step.rawValue,
            ], parent: "step \(step.rawValue)")
    }

    fileprivate func replan(_ item: PlannedItem, row: ItemRowID, at now: String) throws {
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
        case .reused(let output):
            try run(
                """
                UPDATE items SET state = 'reused', ended_at = ?, output = ?, error_code = NULL, error_message = NULL
                WHERE id = ?
                """, [now, output, row.rawValue])
        }
    }
}
