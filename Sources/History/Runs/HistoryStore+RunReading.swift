internal import Foundation
internal import GRDB

extension HistoryStore {
    /// Runs, the newest first.
    package func runs(_ filter: RunFilter = RunFilter()) async throws(HistoryError) -> [RunSummary] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible & Sendable] = []
        if let workflow = filter.workflow {
            conditions.append("runs.workflow = ?")
            arguments.append(workflow)
        }
        if let path = filter.path {
            conditions.append("runs.path = ?")
            arguments.append(path)
        }
        if let states = filter.states {
            conditions.append("\(runState) IN (\(states.map { _ in "?" }.joined(separator: ", ")))")
            arguments += states.map(\.rawValue)
        }
        if let since = filter.since {
            conditions.append("runs.started_at >= ?")
            arguments.append(Timestamp.text(since))
        }
        let sql = """
            SELECT \(RunSummary.columns(state: runState))
            FROM runs JOIN run_totals ON run_totals.run_id = runs.id
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY runs.started_at DESC, runs.rowid DESC LIMIT ? OFFSET ?
            """
        let values = arguments + [max(0, filter.limit), max(0, filter.offset)]
        return try await read { db in
            try db.rows(sql, StatementArguments(values)).map(RunSummary.init)
        }
    }

    /// The ids of runs, the oldest first; `limit` and `offset` of the filter do not count.
    package func runIDs(_ filter: RunFilter) async throws(HistoryError) -> [RunID] {
        var all = filter
        all.limit = .max
        all.offset = 0
        return try await runs(all).map(\.id).reversed()
    }

    /// One run, as a person names it: by its id, the beginning of its id, the four characters at its end, or as
    /// `latest`.
    ///
    /// - Throws: ``HistoryError/Code/notFound`` or ``HistoryError/Code/ambiguous``, naming the runs that may be meant.
    package func run(_ reference: String) async throws(HistoryError) -> RunRecord {
        let runState = runState
        return try await read { db in
            let id = try resolve(reference, in: db)
            let rows = try db.rows(
                """
                SELECT \(RunSummary.columns(state: runState)), runs.path, runs.workflow_sha256, workflow_texts.text, runs.inputs,
                    runs.outputs, runs.options, runs.resumes, runs.source_run, runs.nightjar_version, runs.pid,
                    runs.host
                FROM runs
                JOIN run_totals ON run_totals.run_id = runs.id
                JOIN workflow_texts ON workflow_texts.sha256 = runs.workflow_sha256
                WHERE runs.id = ?
                """, [id])
            guard let row = rows.first else { throw noRun(reference, newest: []) }
            return try RunRecord(row)
        }
    }
}

extension HistoryStore {
    /// The files of the workflows that a run's workflow calls, by their paths, as they were.
    package func calledTexts(of run: RunID) async throws(HistoryError) -> [String: DigestedText] {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT path, text, workflow_texts.sha256 FROM called_texts
                JOIN workflow_texts ON workflow_texts.sha256 = called_texts.sha256 WHERE run_id = ?
                """, [run.text])
            return Dictionary(
                rows.map { ($0["path"], DigestedText(text: $0["text"], sha256: $0["sha256"])) },
                uniquingKeysWith: { first, _ in first })
        }
    }
}

/// How many runs an error names.
private let shown = 5

private func resolve(_ reference: String, in db: Database) throws -> String {
    let reference = reference.trimmingCharacters(in: .whitespaces)
    let newest = try String.fetchAll(
        db, sql: "SELECT id FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?", arguments: [shown])
    if reference == "latest" {
        guard let id = newest.first else {
            throw HistoryError(.notFound, "The history has no runs yet.")
        }
        return id
    }
    guard !reference.isEmpty else { throw noRun(reference, newest: newest) }
    // An id holds no character after `z`, so that this range is all ids that begin so.
    var candidates = try String.fetchAll(
        db, sql: "SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
        arguments: [reference, reference + "~", shown + 1])
    if candidates.isEmpty, reference.utf8.count == 4 {
        candidates = try String.fetchAll(
            db, sql: "SELECT id FROM runs WHERE substr(id, -4) = ? ORDER BY id DESC LIMIT ?",
            arguments: [reference, shown + 1])
    }
    switch candidates.count {
    case 0: throw noRun(reference, newest: newest)
    case 1: return candidates[0]
    default:
        if candidates.contains(reference) { return reference }
        let names = candidates.prefix(shown).joined(separator: ", ") + (candidates.count > shown ? ", …" : "")
        throw HistoryError(.ambiguous, "Several runs are '\(reference)': \(names).")
    }
}

private func noRun(_ reference: String, newest: [String]) -> HistoryError {
    let hint = newest.isEmpty ? "there are none yet" : "the newest are \(newest.joined(separator: ", "))"
    return HistoryError(.notFound, "The history has no run '\(reference)'; \(hint).")
}
