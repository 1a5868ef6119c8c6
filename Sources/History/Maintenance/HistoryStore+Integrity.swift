internal import GRDB

/// What is wrong with the record.
package struct RecordDefects: Sendable, Hashable {
    /// What in the file contradicts itself, in SQLite's words. The next run sets such a file aside.
    package var damage: [String] = []
    /// Rows that belong to no run, which no harm comes of. Someone removed runs by hand; pruning removes them.
    package var orphans = 0
}

extension HistoryStore {
    /// Looks for defects. It reads the whole file.
    package func defects(atMost limit: Int = 5) async throws(HistoryError) -> RecordDefects {
        do {
            return try await read { db in
                let damage = try db.defects(atMost: limit)
                if !damage.isEmpty { self.damage.set() }
                return RecordDefects(
                    damage: damage,
                    orphans: damage.isEmpty ? try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count : 0)
            }
        } catch {
            // What is damaged enough cannot be read for its defects.
            guard error.code == .damaged else { throw error }
            return RecordDefects(damage: [error.message])
        }
    }
}

extension Database {
    func defects(atMost limit: Int) throws -> [String] {
        try String.fetchAll(self, sql: "PRAGMA integrity_check(\(limit))").filter { $0 != "ok" }
    }
}
