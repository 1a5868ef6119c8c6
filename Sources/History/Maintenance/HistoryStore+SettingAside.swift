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
    package static func openSettingAsideDamage(
        path: String, busyTimeout: TimeInterval = 30, now: Date
    ) throws(HistoryError) -> (store: HistoryStore, aside: String?) {
        let file = DatabaseFile(path: path, busyTimeout: busyTimeout)
        let mark = DamageMark(of: file)
        if mark.isThere {
            let isDamaged = try file.whileLocked { () throws(HistoryError) in try file.isDamaged() }
            mark.remove()
            if isDamaged { return try setAside(file, now: now) }
        }
        do {
            return (try HistoryStore(path: path, busyTimeout: busyTimeout), nil)
        } catch {
            guard error.isDamage else { throw error }
            return try setAside(file, now: now)
        }
    }

    private static func setAside(
        _ file: DatabaseFile, now: Date
    ) throws(HistoryError) -> (store: HistoryStore, aside: String?) {
        let moment = Timestamp.text(now).prefix(19).filter { $0 != "-" && $0 != ":" }
        let aside = file.path + ".damaged-" + moment
        try file.whileLocked { () throws(HistoryError) in
            // Another process may have done it in the meantime.
            guard try file.isDamaged() else { return }
            for suffix in ["-wal", "-shm", ""] where access(file.path + suffix, F_OK) == 0 {
                guard rename(file.path + suffix, aside + suffix) == 0 else {
                    throw .system(errno, "The history '\(file.path)' is damaged, and cannot be set aside")
                }
            }
        }
        let isAside = access(aside, F_OK) == 0
        return (try HistoryStore(path: file.path, busyTimeout: file.busyTimeout), isAside ? aside : nil)
    }
}

/// A file beside the record by which a process that met damage tells the next one to look for it.
struct DamageMark: Sendable {
    private let path: String

    init(of file: DatabaseFile) {
        path = file.path + ".suspect"
    }

    var isThere: Bool { access(path, F_OK) == 0 }

    func set() {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    func remove() {
        unlink(path)
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
                let defects = try readOnlyQueue().read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") }
                return defects != ["ok"]
            }
            return false
        } catch {
            let error = HistoryError(error, path: path)
            guard error.isDamage else { throw error }
            return true
        }
    }
}
