import Foundation

/// What tells a file in one state from the same file in another, without reading it.
struct FileStamp: Sendable, Hashable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int
    let number: UInt64

    /// - Returns: `nil` where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            let changed = status.st_mtimespec
        #else
            let changed = status.st_mtim
        #endif
        size = Int(status.st_size)
        seconds = Int(changed.tv_sec)
        nanoseconds = Int(changed.tv_nsec)
        number = UInt64(status.st_ino)
    }

    /// For the record.
    var text: String { "\(size):\(seconds).\(nanoseconds):\(number)" }
}
