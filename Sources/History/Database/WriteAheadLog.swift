internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Brings SQLite's write-ahead log to the disk on demand: in its NORMAL mode SQLite itself does so at checkpoints only.
///
/// The log may be opened and closed by hand, as SQLite has no locks on it; on the database file it has.
final class WriteAheadLog: Sendable {
    private let path: String
    private let folder: String
    /// A sync waits for the disk: not on the threads that Swift's tasks share.
    private let queue = DispatchQueue(label: "nightjar.history.sync")
    private let folderIsSynced = Mutex(false)

    init(of file: DatabaseFile) {
        path = file.path + "-wal"
        folder = file.folder
    }

    /// Returns when all that was committed before is on the disk.
    func sync() async throws(HistoryError) {
        let code = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.syncNow()) }
        }
        guard code == 0 else {
            throw .system(code, "The history '\(path)' cannot be synced to the disk")
        }
    }

    /// The system's error number, or 0.
    private func syncNow() -> Int32 {
        let log = open(path, O_RDWR | O_CLOEXEC)
        guard log >= 0 else { return errno }
        defer { close(log) }
        guard syncData(log) == 0 else { return errno }
        // The log is there as long as this process has the database open: its name needs to be synced once.
        return folderIsSynced.withLock { isSynced in
            if isSynced { return 0 }
            let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno }
            defer { close(descriptor) }
            // Some file systems refuse to sync a folder, having nothing to sync there.
            guard fsync(descriptor) == 0 || errno == EINVAL else { return errno }
            isSynced = true
            return 0
        }
    }
}

private func syncData(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
        // `fsync` leaves the data in the drive's own cache there; the other call is not for every file system.
        fcntl(descriptor, F_FULLFSYNC) == 0 ? 0 : fsync(descriptor)
    #else
        fdatasync(descriptor)
    #endif
}
