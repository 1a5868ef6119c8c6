package import Foundation
internal import GRDB

/// One turn of a `foreach`, as recorded.
package struct ItemRecord: Sendable, Hashable {
    package let row: ItemRowID
    package let run: RunID
    /// The row of the `foreach`.
    package let step: StepRowID
    /// The item's place in the list, from 0.
    package let index: Int
    package let key: String?
    package let label: String?
    package let state: ItemState
    package let started: Date
    package let ended: Date?
    package let seconds: Double?
    /// JSON.
    package let output: String?
    /// Of the item itself.
    package let valueDigest: String?
    package let error: RecordedError?
    /// What failed inside and was let pass.
    package let failures: InnerFailures
}

/// An item as a run that goes on finds it, without what it gave.
package struct PastItem: Sendable, Hashable {
    package let row: ItemRowID
    package let index: Int
    package let key: String?
    package let state: ItemState
    package let started: Date
    package let valueDigest: String?
    package let workDigest: String?
    package let error: RecordedError?
    /// What failed inside and was let pass.
    package let failures: InnerFailures
}

extension HistoryStore {
    /// Items of a run, or of one `foreach` in it, in the order in which they began: at most `limit` of those behind
    /// the row `after`.
    package func items(
        of run: RunID, step: StepRowID? = nil, states: Set<ItemState>? = nil, after: ItemRowID? = nil,
        limit: Int = 1_000
    ) async throws(HistoryError) -> [ItemRecord] {
        try await read { db in
            var condition = ""
            var arguments: StatementArguments = [run.text, after?.rawValue ?? 0]
            if let step {
                condition += " AND step_id = ?"
                arguments += [step.rawValue]
            }
            if let states {
                condition += " AND state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"
                arguments += StatementArguments(states.map(\.rawValue))
            }
            // The plus keeps SQLite from walking the whole run in search of one loop's items.
            let run = step == nil ? "run_id" : "+run_id"
            return try db.rows(
                "SELECT * FROM items WHERE \(run) = ? AND id > ?\(condition) ORDER BY id LIMIT ?",
                arguments + [max(0, limit)]
            ).map(ItemRecord.init)
        }
    }

    /// The items of a `foreach` in the order of its list, but for those that the list does not have any more.
    package func pastItems(step: StepRowID) async throws(HistoryError) -> [PastItem] {
        try await read { db in
            try db.rows(
                """
                SELECT id, position, key, state, started_at, value_digest, work_digest, error_code, error_message, failed_items,
                    failed_steps
                FROM items
                WHERE step_id = ? AND state <> 'skipped' ORDER BY position
                """, [step.rawValue]
            ).map { row in
                PastItem(
                    row: ItemRowID(rawValue: row["id"]), index: row["position"], key: row["key"],
                    state: try row.state(), started: try row.time("started_at"), valueDigest: row["value_digest"],
                    workDigest: row["work_digest"],
                    error: row.recordedError, failures: row.innerFailures)
            }
        }
    }

    /// What an item gave, as JSON.
    package func output(of item: ItemRowID) async throws(HistoryError) -> String? {
        try await read { db in
            try db.rows("SELECT output FROM items WHERE id = ?", [item.rawValue]).first?["output"]
        }
    }
}

extension ItemRecord {
    init(_ row: Row) throws {
        self.row = ItemRowID(rawValue: row["id"])
        run = try row.runID("run_id")
        step = StepRowID(rawValue: row["step_id"])
        index = row["position"]
        key = row["key"]
        label = row["label"]
        state = try row.state()
        started = try row.time("started_at")
        ended = try row.timeIfAny("ended_at")
        seconds = row["seconds"]
        output = row["output"]
        valueDigest = row["value_digest"]
        error = row.recordedError
        failures = row.innerFailures
    }
}
