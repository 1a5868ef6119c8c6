package import Foundation
internal import GRDB

/// The record of runs in one SQLite file, which many processes may share.
///
/// Each writing function is one short transaction that is committed when it returns, so that the record is true before
/// the next thing starts. It is carried out in a cancelled task too: that a run was cancelled must be written down.
/// A commit survives the death of the process; for a power cut, see ``sync()``.
package struct HistoryStore: Sendable {
    /// Where the record is.
    package let path: String
    private let reader: any DatabaseReader
    /// `nil` in a store for listings.
    private let writer: (pool: DatabasePool, log: WriteAheadLog)?

    /// Opens the record for reading and writing; makes it, with its folder, where there is none, and brings one of an
    /// earlier Nightjar up to date.
    ///
    /// - Parameter busyTimeout: How long to wait for other processes, in seconds.
    /// - Throws: Where the file is something else or a newer Nightjar's; it is left as it is then.
    package init(path: String, busyTimeout: TimeInterval = 30) throws(HistoryError) {
        let file = DatabaseFile(path: path, busyTimeout: busyTimeout)
        try file.create()
        let pool = try file.whileLocked { () throws(HistoryError) in
            let content = try file.content()
            do {
                let pool = try DatabasePool(path: path, configuration: file.configuration)
                if content != .current {
                    try Schema.migrator.migrate(pool)
                    // SQLite discards the log of a database without a page: the tables go into the file itself, synced.
                    try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.passive) }
                }
                return pool
            } catch {
                throw HistoryError(error, path: path)
            }
        }
        self.path = path
        reader = pool
        writer = (pool, WriteAheadLog(of: file))
    }

    /// Opens the record for listings. Where there is none, the listings are empty and nothing is made.
    package init(readingFrom path: String, busyTimeout: TimeInterval = 30) throws(HistoryError) {
        let file = DatabaseFile(path: path, busyTimeout: busyTimeout)
        switch try file.content() {
        case .older:
            try self.init(path: path, busyTimeout: busyTimeout)
        case .nothing:
            do {
                let memory = try DatabaseQueue()
                try Schema.migrator.migrate(memory)
                self.init(path: path, reader: memory)
            } catch {
                throw HistoryError(error, path: path)
            }
        case .current:
            do {
                self.init(path: path, reader: try file.readOnlyQueue())
            } catch {
                throw HistoryError(error, path: path)
            }
        }
    }

    private init(path: String, reader: any DatabaseReader) {
        self.path = path
        self.reader = reader
        writer = nil
    }

    /// Brings all that was written before to the disk, so that a power cut cannot take it. To be called at the end of
    /// each step and of each model call that cost over a second; it takes some milliseconds.
    package func sync() async throws(HistoryError) {
        try await openForWriting().log.sync()
    }

    /// Closes the file, after what is being read or written now. Without it, the end of the process does.
    package func close() throws(HistoryError) {
        do {
            try reader.close()
        } catch {
            throw HistoryError(error, path: path)
        }
    }
}

extension HistoryStore {
    /// One transaction, in which `body` writes.
    ///
    /// GRDB's own `async` functions give up in a cancelled task; these do not.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        let pool = try openForWriting().pool
        let path = path
        let result: Result<Value, HistoryError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(
                    returning: outcome(path: path) {
                        var value: Value?
                        try db.inTransaction(.immediate) {
                            value = try body(db)
                            return .commit
                        }
                        return value
                    })
            }
        }
        return try result.get()
    }

    /// `body` reads one state of the record, whatever is written meanwhile.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        let path = path
        let result: Result<Value, HistoryError> = await withCheckedContinuation { continuation in
            reader.asyncRead { db in
                continuation.resume(returning: outcome(path: path) { try body(db.get()) })
            }
        }
        return try result.get()
    }

    private func openForWriting() throws(HistoryError) -> (pool: DatabasePool, log: WriteAheadLog) {
        guard let writer else {
            throw HistoryError(.readOnly, "The history '\(path)' was opened for reading only.")
        }
        return writer
    }
}

private func outcome<Value>(path: String, _ body: () throws -> Value?) -> Result<Value, HistoryError> {
    do {
        guard let value = try body() else {
            return .failure(HistoryError(.failed, "The history '\(path)' gave no answer."))
        }
        return .success(value)
    } catch {
        return .failure(HistoryError(error, path: path))
    }
}
