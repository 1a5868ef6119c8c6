import Foundation

/// What tells a file in one state from the same file in another, without reading it.
package struct FileStamp: Sendable, Codable, Hashable {
    /// In bytes.
    package let size: Int
    let inode: UInt64
    let seconds: Int
    let nanoseconds: Int

    /// The stamp of the file at a path, behind symbolic links.
    ///
    /// - Returns: `nil` where there is no file.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            let changed = status.st_mtimespec
        #else
            let changed = status.st_mtim
        #endif
        size = Int(status.st_size)
        inode = UInt64(status.st_ino)
        seconds = Int(changed.tv_sec)
        nanoseconds = Int(changed.tv_nsec)
    }

    /// For a record.
    package var text: String { "\(size):\(seconds).\(nanoseconds):\(inode)" }
}
