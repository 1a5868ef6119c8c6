extension HistoryStore {
    /// Every row, a page at a time, as the record hands them out.
    private func pages<Record>(
        _ next: (Record?) async throws(HistoryError) -> [Record]
    ) async throws(HistoryError) -> [Record] {
        var all: [Record] = []
        while true {
            let page = try await next(all.last)
            guard !page.isEmpty else { return all }
            all += page
        }
    }

    /// All steps of a run, or of a part of it, in the order in which they began.
    package func allSteps(of run: RunID, scope: StepScope = .all) async throws(HistoryError) -> [StepRecord] {
        try await pages { last throws(HistoryError) in try await steps(of: run, scope: scope, after: last?.row) }
    }

    /// All items of a run, in the order in which they were noted.
    package func allItems(
        of run: RunID, step: StepRowID? = nil
    ) async throws(HistoryError) -> [ItemRecord] {
        try await pages { last throws(HistoryError) in try await items(of: run, step: step, after: last?.row) }
    }

    /// All calls of a run, in the order in which they were noted.
    package func allCalls(of run: RunID) async throws(HistoryError) -> [CallRecord] {
        try await pages { last throws(HistoryError) in try await calls(of: run, after: last?.row) }
    }

    /// All files that a run wrote, in the order in which they were noted.
    package func allFiles(of run: RunID) async throws(HistoryError) -> [FileRecord] {
        try await pages { last throws(HistoryError) in try await files(of: run, after: last?.row) }
    }
}
