package import Foundation
internal import GRDB

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension HistoryStore {
    /// Opens the record for reading and writing. A damaged one is set aside under another name, as it is, and a new one
    /// begun.
    ///
    /// - Parameter now: For the name.
    /// - Returns: The record, and the path of the damaged one, if there was one.
    /// - Throws: Also where the damaged one is in use by runs that are at work.
    package static func openSettingAsideDamage(
        path: String, busyTimeout: TimeInterval = 30, now: Date
    ) throws(HistoryError) -> (store: HistoryStore, aside: String?) {
        let file = DatabaseFile(path: path, busyTimeout: busyTimeout)
        let mark = DamageMark(of: file)
        if !mark.isThere {
            do {
                return (try HistoryStore(path: path, busyTimeout: busyTimeout), nil)
            } catch {
                guard error.isDamage else { throw error }
            }
        }
        let aside = try setAside(file, now: now)
        mark.remove()
        return (try HistoryStore(path: path, busyTimeout: busyTimeout), aside)
    }

    /// - Returns: Where it is now; `nil` where it is sound, or another process has done it in the meantime.
    private static func setAside(_ file: DatabaseFile, now: Date) throws(HistoryError) -> String? {
        try file.whileLocked(mustLock: true) { () throws(HistoryError) in
            guard try file.isDamaged() else { return nil }
            guard try !RunLocks(of: file).anyIsHeld() else {
                throw HistoryError(
                    .damaged,
                    "The history '\(file.path)' is damaged, and runs are at work with it; it is set aside when they have ended."
                )
            }
            let aside = file.freeName(now)
            for suffix in ["-wal", "-shm", ""] where access(file.path + suffix, F_OK) == 0 {
                guard rename(file.path + suffix, aside + suffix) == 0 else {
                    throw .system(errno, "The history '\(file.path)' is damaged, and cannot be set aside")
                }
            }
            return aside
        }
    }
}

extension HistoryError {
    /// Whether the file at the record's place cannot be read as one: not where it is a sound one of another kind.
    fileprivate var isDamage: Bool {
        code == .damaged || (underlying as? DatabaseError)?.resultCode == .SQLITE_NOTADB
    }
}

extension DatabaseFile {
    /// Reads the whole file.
    fileprivate func isDamaged() throws(HistoryError) -> Bool {
        do {
            guard case .nothing = try content() else {
                return try !readOnlyQueue().read { try $0.defects(atMost: 1) }.isEmpty
            }
            return false
        } catch {
            let error = HistoryError(error, path: path)
            guard error.isDamage else { throw error }
            return true
        }
    }

    /// A name beside the record that nothing has.
    fileprivate func freeName(_ now: Date) -> String {
        let moment = Timestamp.text(now).prefix(19).filter { $0 != "-" && $0 != ":" }
        let name = path + ".damaged-" + moment
        let others = (2...).lazy.map { "\(name)-\($0)" }
        return access(name, F_OK) == 0 ? others.first { access($0, F_OK) != 0 } ?? name : name
    }
}
