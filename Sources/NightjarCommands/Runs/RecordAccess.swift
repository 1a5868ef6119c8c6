import FoundationEssentials
import History

/// Opening the record for the commands that look into it.
enum RecordAccess {
    /// - Throws: ``CommandFailure`` for what the record says is wrong.
    static func reading<Result: Sendable>(
        _ body: (HistoryStore) async throws(HistoryError) -> Result
    ) async throws -> Result {
        do {
            let history = try HistoryStore(readingFrom: Places().history.path)
            let result = try await body(history)
            try history.close()
            return result
        } catch {
            throw CommandFailure(error.code == .busy ? .busy : .failed, error.message)
        }
    }
}
