internal import GRDB

/// What the model calls of a part of a run amount to.
package struct CallTotals: Sendable, Hashable {
    package var calls = 0
    /// Calls whose answers were known already.
    package var reused = 0
    package var promptTokens = 0
    package var generatedTokens = 0
    /// The times of all calls together, which may have overlapped.
    package var seconds = 0.0
}

extension HistoryStore {
    /// The totals of the calls in all items of a `foreach` outside of other steps, those that were tried again too.
    ///
    /// - Parameter step: the id of the step with the `foreach`.
    package func callTotals(of run: RunID, inItemsOf step: String) async throws(HistoryError) -> CallTotals {
        try await read { db in
            // `[` stands behind the id in the path of all that is in its items, and `\` comes after `[`.
            let rows = try db.rows(
                #"""
                SELECT count(*) AS calls, coalesce(sum(calls.state = 'reused'), 0) AS reused,
                    coalesce(sum(calls.prompt_tokens), 0) AS prompt_tokens,
                    coalesce(sum(calls.generated_tokens), 0) AS generated_tokens,
                    coalesce(sum(calls.seconds), 0.0) AS seconds
                FROM calls JOIN steps ON steps.id = calls.step_id
                WHERE calls.run_id = ? AND steps.path >= ? || '[' AND steps.path < ? || '\'
                """#, [run.text, step, step])
            guard let row = rows.first else { return CallTotals() }
            return CallTotals(
                calls: row["calls"], reused: row["reused"], promptTokens: row["prompt_tokens"],
                generatedTokens: row["generated_tokens"], seconds: row["seconds"])
        }
    }
}
