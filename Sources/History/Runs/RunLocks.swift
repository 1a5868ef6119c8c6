internal import GRDB
internal import LocalFiles
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The locks by which a run shows that it lives: one file for each run, in a folder beside the record, locked from before
/// its row is written until after its end is.
///
/// A lock ends with its process, however that ends: a run that is not finished and whose lock is free is known to be
/// interrupted at once, with no time to wait for.
final class RunLocks: Sendable {
    private let folder: String
    private let held = Mutex<[String: LockFile]>([:])

    init(of file: DatabaseFile) {
        folder = file.folder + "/running"
    }

    /// Takes a run's lock for this process.
    ///
    /// - Returns: whether it could be taken; not where another process has it, or this one already.
    func take(_ run: String) throws(HistoryError) -> Bool {
        if held.withLock({ $0[run] != nil }) { return false }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw failure(LockFailure(systemError: errno, path: folder))
        }
        do {
            // One who only looks has a shared lock for a moment.
            for _ in 0..<Self.tries {
                let file = try LockFile(making: path(run))
                if try file.lock(.exclusive) {
                    guard file.isCurrent else { continue }
                    held.withLock { $0[run] = file }
                    return true
                }
                usleep(2_000)
            }
            return false
        } catch {
            throw failure(error)
        }
    }

    /// Gives a run's lock back, and removes its file.
    func release(_ run: String) {
        held.withLock { held in
            // Removed while it is locked: nobody shall find it dead.
            if held[run] != nil { unlink(path(run)) }
            held[run] = nil
        }
    }

    /// Whether a process works on the run now.
    func isHeld(_ run: String) throws(HistoryError) -> Bool {
        if held.withLock({ $0[run] != nil }) { return true }
        do {
            guard let file = try LockFile(existing: path(run)) else { return false }
            return try !file.lock(.shared)
        } catch {
            // Another user's: it is there, so that run may well be at work.
            if error.systemError == EACCES { return true }
            throw failure(error)
        }
    }

    /// Whether any run is at work.
    func anyIsHeld() throws(HistoryError) -> Bool {
        for run in names() where try isHeld(run) { return true }
        return false
    }

    /// Runs that are not finished, and on which no process works.
    func abandonedRuns(in db: Database) throws -> [RunID] {
        try db.rows("SELECT id FROM runs WHERE state = 'running'", []).map { try $0.runID("id") }
            .filter { try !isHeld($0.text) }
    }

    /// Clears away what killed processes have left of runs that are not recorded as running.
    func clear(except running: Set<String>) throws(HistoryError) {
        for run in names() where !running.contains(run) {
            if try take(run) { release(run) }
        }
    }

    private func names() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if RunID(name) != nil { names.append(name) }
        }
        return names
    }

    private func path(_ run: String) -> String { "\(folder)/\(run)" }

    private static let tries = 50

    private func failure(_ failure: LockFailure) -> HistoryError {
        .system(failure.systemError, "The lock of a run, '\(failure.path)', cannot be used")
    }
}
