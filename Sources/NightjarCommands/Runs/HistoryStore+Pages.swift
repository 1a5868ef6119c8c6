import History

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

    func allItems(of run: RunID) async throws(HistoryError) -> [ItemRecord] {
        try await pages { last throws(HistoryError) in try await items(of: run, after: last?.row) }
    }

    func allCalls(of run: RunID) async throws(HistoryError) -> [CallRecord] {
        try await pages { last throws(HistoryError) in try await calls(of: run, after: last?.row) }
    }

    func allFiles(of run: RunID) async throws(HistoryError) -> [FileRecord] {
        try await pages { last throws(HistoryError) in try await files(of: run, after: last?.row) }
    }
}
