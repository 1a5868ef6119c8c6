internal import GRDB

extension HistoryStore {
    /// What in the file contradicts itself, in SQLite's words; nothing where all is well. It reads the whole file. A
    /// damaged one is set aside by the next run.
    package func defects(atMost limit: Int = 5) async throws(HistoryError) -> [String] {
        do {
            return try await read { db in
                let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(limit))").filter { $0 != "ok" }
                guard found.isEmpty else {
                    damage.set()
                    return found
                }
                return try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(limit).map { row in
                    "a row of \(row[0] as String) belongs to nothing in \(row[2] as String)"
                }
            }
        } catch {
            // What is damaged enough cannot be read for its defects.
            guard error.code == .damaged else { throw error }
            return [error.message]
        }
    }
}
