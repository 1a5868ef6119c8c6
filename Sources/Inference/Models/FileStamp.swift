import Foundation

/// What changes when a file does: enough to know whether something learned of it still holds.
package struct FileStamp: Sendable, Codable, Hashable {
    package var size: Int
    package var inode: UInt64
    package var seconds: Int
    package var nanoseconds: Int

    /// The stamp of the file at this path, behind symbolic links.
    package init(_ path: String) throws(EngineError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw EngineError(.modelNotFound, "There is no file \(path).")
        }
        size = Int(status.st_size)
        inode = UInt64(status.st_ino)
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        seconds = Int(time.tv_sec)
        nanoseconds = Int(time.tv_nsec)
    }
}
