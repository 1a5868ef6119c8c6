package import Foundation
internal import GRDB

/// Under what an item's result is found that is to be done once, in whichever run.
package struct OnceKey: Sendable, Hashable {
    /// The digest of the workflow, the step, and what it does.
    package var definition: String
    /// The item's own key.
    package var key: String

    package init(definition: String, key: String) {
        self.definition = definition
        self.key = key
    }
}

extension HistoryStore {
    /// Which of these keys were done, in whichever other run. They count as used now, and so are the last to be forgotten.
    ///
    /// - Parameter run: The run that asks. What it did itself and does again is not to be taken from there.
    package func doneOnce(
        definition: String, among keys: [String], otherThan run: RunID, at date: Date
    ) async throws(HistoryError) -> Set<String> {
        var done: Set<String> = []
        var rest = keys[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(2_000))
            rest = rest.dropFirst(some.count)
            done.formUnion(
                try await write { db in
                    try some.filter { key in
                        try db.run(
                            "UPDATE once_items SET used_at = ? WHERE definition = ? AND key = ? AND run_id <> ?",
                            [Timestamp.text(date), definition, key, run.text])
                        return db.changesCount > 0
                    }
                })
        }
        return done
    }

    /// How many items ``forgetOnce(notUsedSince:)`` would forget.
    package func onceItems(notUsedSince date: Date) async throws(HistoryError) -> Int {
        try await read { db in
            try db.rows("SELECT count(*) AS count FROM once_items WHERE used_at < ?", [Timestamp.text(date)])
                .first?["count"] ?? 0
        }
    }

    /// Forgets what was done once, where no run has asked for it since a moment: the next one does it again.
    ///
    /// - Returns: How many items are forgotten.
    package func forgetOnce(notUsedSince date: Date) async throws(HistoryError) -> Int {
        try await write { db in
            try db.run("DELETE FROM once_items WHERE used_at < ?", [Timestamp.text(date)])
            return db.changesCount
        }
    }
}

extension Database {
    func keep(_ output: String, under once: OnceKey, of item: ItemRowID, at now: String) throws {
        try run(
            """
            INSERT INTO once_items (definition, key, output, run_id, done_at, used_at)
            SELECT ?, ?, ?, run_id, ?, ? FROM items WHERE id = ?
            ON CONFLICT (definition, key) DO UPDATE SET
                output = excluded.output, run_id = excluded.run_id, done_at = excluded.done_at,
                used_at = excluded.used_at
            """, [once.definition, once.key, output, now, now, item.rawValue])
    }
}
