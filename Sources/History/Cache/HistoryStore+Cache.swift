package import Foundation
internal import GRDB

/// What the cache of model answers has come to.
package struct CacheSummary: Sendable, Hashable {
    package struct Model: Sendable, Hashable {
        /// `ENGINE/NAME`.
        package let model: String
        package let answers: Int
        package let bytes: Int
        /// How often an answer was taken from the cache.
        package let uses: Int
        package let lastUsed: Date
    }

    /// By the size of what they have there, the largest first.
    package let models: [Model]

    package var answers: Int { models.reduce(0) { $0 + $1.answers } }
    package var bytes: Int { models.reduce(0) { $0 + $1.bytes } }
}

extension HistoryStore {
    /// The answer that is cached under a key, as JSON.
    package func cachedAnswer(_ key: String, at date: Date) async throws(HistoryError) -> String? {
        guard try await read({ db in try db.rows("SELECT 1 FROM cache WHERE key = ?", [key]).first != nil }) else {
            return nil
        }
        return try await write { db in
            try db.rows(
                "UPDATE cache SET used_at = ?, uses = uses + 1 WHERE key = ? RETURNING answer",
                [Timestamp.text(date), key]
            ).first.map { $0["answer"] }
        }
    }

    /// Caches an answer. Those that were not used for longest make room for it.
    ///
    /// - Parameters:
    ///   - answer: JSON.
    ///   - limit: What all answers together may take, in bytes.
    package func cacheAnswer(
        _ answer: String, under key: String, model: String, limit: Int, at date: Date
    ) async throws(HistoryError) {
        let bytes = answer.utf8.count + key.utf8.count + model.utf8.count
        guard bytes <= limit else { return }
        try await write { db in
            let now = Timestamp.text(date)
            try db.run(
                """
                INSERT INTO cache (key, model, answer, bytes, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET
                    model = excluded.model, answer = excluded.answer, bytes = excluded.bytes,
                    made_at = excluded.made_at, used_at = excluded.used_at
                """, [key, model, answer, bytes, now, now])
            try db.shrinkCache(to: limit)
        }
    }

    package func cacheSummary() async throws(HistoryError) -> CacheSummary {
        try await read { db in
            CacheSummary(
                models: try db.rows(
                    """
                    SELECT model, count(*) AS answers, sum(bytes) AS bytes, sum(uses) AS uses, max(used_at) AS used_at
                    FROM cache GROUP BY model ORDER BY sum(bytes) DESC, model
                    """, []
                ).map { row in
                    CacheSummary.Model(
                        model: row["model"], answers: row["answers"], bytes: row["bytes"], uses: row["uses"],
                        lastUsed: try row.time("used_at"))
                })
        }
    }

    /// Forgets cached answers: all, or those of one model.
    ///
    /// - Returns: How many.
    package func clearCache(model: String? = nil) async throws(HistoryError) -> Int {
        try await write { db in
            if let model {
                try db.run("DELETE FROM cache WHERE model = ?", [model])
            } else {
                try db.run("DELETE FROM cache", [])
            }
            return db.changesCount
        }
    }
}

extension Database {
    fileprivate func shrinkCache(to limit: Int) throws {
        let total: Int? = try rows("SELECT sum(bytes) AS total FROM cache", []).first?["total"]
        var excess = (total ?? 0) - limit
        while excess > 0, let oldest = try rows("SELECT id, bytes FROM cache ORDER BY used_at, id LIMIT 1", []).first {
            let id: Int64 = oldest["id"]
            let bytes: Int = oldest["bytes"]
            try run("DELETE FROM cache WHERE id = ?", [id])
            excess -= bytes
        }
    }
}
