import Foundation
import History

/// Opening the record for the commands.
enum RecordAccess {
    /// For the commands that look into it.
    ///
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
            throw CommandFailure(error)
        }
    }

    /// For the commands that change it. A damaged record is set aside, which the user is told.
    static func writing<Result: Sendable>(
        _ body: (HistoryStore) async throws(HistoryError) -> Result
    ) async throws -> Result {
        let history = try open(Places())
        do {
            let result = try await body(history)
            try history.close()
            return result
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Opens the record for a run.
    static func open(_ places: Places) throws -> HistoryStore {
        do {
            let (store, aside) = try HistoryStore.openSettingAsideDamage(path: places.history.path, now: Date())
            if let aside {
                Console.note(
                    "the history was damaged: it is set aside as \(aside), where `sqlite3` can still recover what is whole, and a new one is begun"
                )
            }
            return store
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    init(_ error: HistoryError) {
        let status: ExitStatus =
            switch error.code {
            case .busy, .runIsAlive, .runExists, .occurrenceIsOver: .busy
            case .notFound, .ambiguous: .invalid
            default: .failed
            }
        self.init(status, error.message)
    }
}
