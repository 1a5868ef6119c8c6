internal import Foundation
internal import GRDB

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The record's file before SQLite may touch it: made private to the user, and looked into without changing it.
struct DatabaseFile: Sendable {
    let path: String
    /// How long other processes may keep this one waiting, in seconds.
    let busyTimeout: TimeInterval

    enum Content {
        /// No file yet, or one without a byte or table.
        case nothing
        /// A record with all its migrations.
        case current
        /// A record of an earlier Nightjar.
        case older
    }

    /// Looks through a connection that can only read; what is no record, or a later Nightjar's, is refused here.
    func content() throws(HistoryError) -> Content {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return .nothing }
            throw systemError("cannot be read")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HistoryError(.notAHistory, "The history '\(path)' is not a file.")
        }
        guard access(path, R_OK) == 0 else { throw systemError("cannot be read") }
        if status.st_size == 0 {
            // A log without its file: something has emptied the file, and SQLite would throw the log away.
            var log = stat()
            guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
                throw HistoryError(DatabaseError(resultCode: .SQLITE_CORRUPT), path: path)
            }
            return .nothing
        }
        // No database is that short, but SQLite takes a file of a single byte for an empty one.
        guard status.st_size >= 512 else { throw notADatabase }
        let migrator = Schema.migrator
        do {
            return try readOnlyQueue().read { db in
                guard try Bool.fetchOne(db, sql: "SELECT count(*) > 0 FROM sqlite_schema") == true else {
                    return .nothing
                }
                guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID else {
                    // A process of ours was killed when it had only made the list of migrations.
                    if try Bool.fetchOne(
                        db, sql: "SELECT count(*) = 0 FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") == true,
                        try Bool.fetchOne(db, sql: "SELECT count(*) = 0 FROM grdb_migrations") == true
                    {
                        return .older
                    }
                    throw HistoryError(
                        .notAHistory, "'\(path)' is the database of another program, not a Nightjar history.")
                }
                if try migrator.hasBeenSuperseded(db) {
                    throw HistoryError(
                        .newerSchema,
                        "The history '\(path)' was written by a newer Nightjar; use that one, or another NIGHTJAR_HOME."
                    )
                }
                return try migrator.hasCompletedMigrations(db) ? .current : .older
            }
        } catch {
            throw HistoryError(error, path: path)
        }
    }

    /// A connection that cannot write.
    func readOnlyQueue() throws -> DatabaseQueue {
        var configuration = configuration
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "nightjar.history"
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
            #if canImport(Darwin)
                // What a checkpoint moves must be on the disk before the log is written over.
                try db.execute(sql: "PRAGMA checkpoint_fullfsync = ON")
            #endif
        }
        return configuration
    }

    /// Makes the folder and an empty file, where they are missing, for this user alone: prompts are private. SQLite
    /// gives the files beside it the same mode.
    func create() throws(HistoryError) {
        let folder = folder
        if access(folder, F_OK) != 0 {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                let system = ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue
                guard let system else {
                    throw HistoryError(.noPermission, "The folder '\(folder)' cannot be made.", underlying: error)
                }
                throw .system(system, "The folder '\(folder)' cannot be made")
            }
        }
        // Only where there is none: to open and close a file by hand takes away the locks that SQLite, in this
        // process, has on it.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw systemError("cannot be made")
        }
    }

    /// Holds a lock on the folder for as long as `body` runs, so that of several processes that begin together one
    /// makes the tables. Where the file system has no such locks, SQLite's own must do.
    ///
    /// - Parameter mustLock: Whether nothing is done without the lock.
    func whileLocked<Result>(mustLock: Bool = false, _ body: () throws(HistoryError) -> Result) throws(HistoryError)
        -> Result
    {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        let deadline = ContinuousClock.now + .seconds(busyTimeout)
        while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            guard ContinuousClock.now < deadline else {
                throw HistoryError(.busy, "Another process has been opening the history '\(path)' for too long.")
            }
            usleep(2_000)
        }
        if mustLock, descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            throw systemError("is damaged, and its folder cannot be locked to set it aside")
        }
        return try body()
    }

    private var notADatabase: HistoryError {
        HistoryError(DatabaseError(resultCode: .SQLITE_NOTADB), path: path)
    }

    var folder: String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return folder.isEmpty ? "." : folder
    }

    private func systemError(_ problem: String) -> HistoryError {
        .system(errno, "The history '\(path)' \(problem)")
    }
}
