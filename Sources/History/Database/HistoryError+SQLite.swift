internal import GRDB

extension HistoryError {
    /// What SQLite says, in a sentence for the user.
    init(_ error: any Error, path: String) {
        if let error = error as? HistoryError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.failed, "The history '\(path)' failed: \(error).", underlying: error)
            return
        }
        let (code, sentence): (Code, String) =
            switch error.resultCode {
            case .SQLITE_NOTADB:
                (
                    .notAHistory,
                    "'\(path)' is not a Nightjar history: it is no SQLite database; the next run sets it aside as it is."
                )
            case .SQLITE_CORRUPT:
                (
                    .damaged,
                    "The history '\(path)' is damaged; the next run sets it aside as it is, and begins a new one."
                )
            case .SQLITE_CANTOPEN where Self.opensNoMoreFiles, .SQLITE_IOERR where Self.opensNoMoreFiles:
                (
                    .tooManyFiles,
                    "The history '\(path)' cannot be opened: too many files are open; raise the limit with `ulimit -n`."
                )
            case .SQLITE_BUSY, .SQLITE_LOCKED: (.busy, "Other processes keep the history '\(path)' busy; try again.")
            case .SQLITE_FULL: (.diskFull, "The disk is full: the history '\(path)' cannot be written.")
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
                (.noPermission, "The history '\(path)' or its folder may not be written.")
            case .SQLITE_CANTOPEN: (.failed, "The history '\(path)' or a file beside it cannot be opened.")
            // Room for the index of the log could not be had.
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
                (.diskFull, "The disk is full: the history '\(path)' cannot be written.")
            case .SQLITE_IOERR:
                (
                    .failed,
                    "The disk of the history '\(path)' failed (SQLite's error \(error.extendedResultCode.rawValue)); see what the system's log says of it."
                )
            default: (.failed, "The history '\(path)' failed: \(error.message ?? "SQLite error \(error.resultCode)").")
            }
        self.init(code, sentence, underlying: error)
    }
}
