#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension HistoryError {
    /// What the system said, in a sentence for the user.
    ///
    /// - Parameter problem: what could not be done, as the beginning of the sentence.
    static func system(_ code: Int32, _ problem: String) -> HistoryError {
        let kinds: [Int32: Code] = [
            EACCES: .noPermission, EPERM: .noPermission, EROFS: .noPermission, ENOSPC: .diskFull, EDQUOT: .diskFull,
            EMFILE: .tooManyFiles, ENFILE: .tooManyFiles,
        ]
        let advice: [Code: String] = [
            .noPermission: "; give yourself permission, or set NIGHTJAR_HOME to another folder",
            .diskFull: "; make room on the disk", .tooManyFiles: "; raise the limit with `ulimit -n`",
        ]
        let kind = kinds[code] ?? .failed
        return HistoryError(kind, "\(problem): \(String(cString: strerror(code)))\(advice[kind] ?? "").")
    }

    /// What SQLite does not tell: whether the system opens no more files for this process.
    static var opensNoMoreFiles: Bool {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return false
        }
        return errno == EMFILE || errno == ENFILE
    }
}
