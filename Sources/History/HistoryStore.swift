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
    let locks: RunLocks
    /// Runs whose processes have gone, where that could not be written down.
    private let abandoned: [RunID]
    let damage: DamageMark

    /// Opens the record for reading and writing; makes it, with its folder, where there is none, and brings one of an
    /// earlier Nightjar up to date. Runs whose processes have gone are recorded as interrupted.
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
        locks = RunLocks(of: file)
        damage = DamageMark(of: file)
        abandoned = []
        try endAbandonedRuns()
    }

    /// Opens the record for listings. Where there is none, the listings are empty and nothing is made. Only what tells
    /// that a process has gone is written, where that can be.
    package init(readingFrom path: String, busyTimeout: TimeInterval = 30) throws(HistoryError) {
        let file = DatabaseFile(path: path, busyTimeout: busyTimeout)
        switch try file.content() {
        case .older:
            try self.init(path: path, busyTimeout: busyTimeout)
        case .nothing:
            do {
                let memory = try DatabaseQueue()
                try Schema.migrator.migrate(memory)
                self.init(file, reader: memory, abandoned: [])
            } catch {
                throw HistoryError(error, path: path)
            }
        case .current:
            do {
                let queue = try file.readOnlyQueue()
                let locks = RunLocks(of: file)
                var abandoned = try queue.read { try locks.abandonedRuns(in: $0) }
                // Whoever looks does not wait for others to have written.
                if !abandoned.isEmpty, let writing = try? HistoryStore(path: path, busyTimeout: min(busyTimeout, 0.2)) {
                    try? writing.close()
                    abandoned = []
                }
                self.init(file, reader: queue, abandoned: abandoned)
            } catch {
                throw HistoryError(error, path: path)
            }
        }
    }

    private init(_ file: DatabaseFile, reader: any DatabaseReader, abandoned: [RunID]) {
        path = file.path
        self.reader = reader
        writer = nil
        self.abandoned = abandoned
        locks = RunLocks(of: file)
        damage = DamageMark(of: file)
    }

    /// The state of a run as an expression of SQL.
    var runState: String {
        guard !abandoned.isEmpty else { return "runs.state" }
        let ids = abandoned.map { "'\($0.text)'" }.joined(separator: ", ")
        return "iif(runs.state = 'running' AND runs.id IN (\(ids)), 'interrupted', runs.state)"
    }

    /// Brings all that was written before to the disk, so that a power cut cannot take it. To be called at the end of
    /// each step and of each model call that cost over a second; it takes some milliseconds.
    package func sync() async throws(HistoryError) {
        try await openForWriting().log.sync()
    }

    /// Gives back the memory in which parts of the file are kept, until they are read again. For a process that lives long
    /// and seldom reads.
    package func releaseMemory() { writer?.pool.releaseMemory() }

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
        try await writeOutsideTransaction { db in try db.committing(body) }
    }

    /// `body` writes, and sees to transactions itself.
    func writeOutsideTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        let pool = try openForWriting().pool
        let result: Result<Value, HistoryError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(returning: outcome { try body(db) })
            }
        }
        return try result.get()
    }

    /// The same in the midst of what waits for nothing, as the opening of the record.
    func writeNow<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        let pool = try openForWriting().pool
        return try outcome { try pool.writeWithoutTransaction { db in try db.committing(body) } }.get()
    }

    func readNow<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        try outcome { try reader.read(body) }.get()
    }

    /// `body` reads one state of the record, whatever is written meanwhile.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        let result: Result<Value, HistoryError> = await withCheckedContinuation { continuation in
            reader.asyncRead { db in
                continuation.resume(returning: outcome { try body(db.get()) })
            }
        }
        return try result.get()
    }

    private func outcome<Value>(_ body: () throws -> Value) -> Result<Value, HistoryError> {
        do {
            return .success(try body())
        } catch {
            let error = HistoryError(error, path: path)
            // The next process that opens the record for writing looks what is left of it.
            if error.code == .damaged { damage.set() }
            return .failure(error)
        }
    }

    /// - Throws: ``HistoryError/Code/readOnly`` in a store for listings.
    func checkWritable() throws(HistoryError) { _ = try openForWriting() }

    private func openForWriting() throws(HistoryError) -> (pool: DatabasePool, log: WriteAheadLog) {
        guard let writer else {
            throw HistoryError(.readOnly, "The history '\(path)' was opened for reading only.")
        }
        return writer
    }
}
