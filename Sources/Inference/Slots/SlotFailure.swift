import Foundation
import LocalFiles

/// Why no slot can be had: a code to act on and a sentence for the user.
package struct SlotFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, Codable {
        /// The folder cannot be made, or may not be written to.
        case folderUnusable = "folder_unusable"
        /// The file system has no locks, as some network file systems.
        case locksUnsupported = "locks_unsupported"
        /// The system refused something for another reason.
        case systemFailed = "system_failed"
        /// The slots were closed before or while a call waited.
        case closed
    }

    package var code: Code
    /// One sentence: what is wrong, where, and what to do.
    package var message: String
    /// The system's number for what went wrong, where it is the cause.
    package var systemError: Int32?

    package var description: String { message }

    static let closed = SlotFailure(code: .closed, message: "The engine was closed and takes no more calls.")

    private init(code: Code, message: String, systemError: Int32? = nil) {
        self.code = code
        self.message = message
        self.systemError = systemError
    }

    init(_ failure: LockFailure) {
        self.init(failure.systemError, file: failure.path)
    }

    /// What the system said about a file.
    init(_ systemError: Int32, file: String) {
        self.init(systemError, folder: URL(filePath: file).deletingLastPathComponent().path)
    }

    /// What the system said about a folder or something in it.
    init(_ systemError: Int32, folder: String) {
        let reason = String(cString: strerror(systemError))
        let (code, advice): (Code, String) =
            switch systemError {
            case EACCES, EPERM, EROFS, ENOTDIR:
                (.folderUnusable, "make it a folder that you may write to, or choose another state folder")
            case ENOLCK, EOPNOTSUPP, ENOTSUP, ENOSYS, EINVAL:
                (.locksUnsupported, "its file system has no locks, so choose a state folder on a local disk")
            default:
                (.systemFailed, "try again, and choose another state folder if that does not help")
            }
        self.init(
            code: code, message: "The slots of an engine cannot be kept in '\(folder)' (\(reason)): \(advice).",
            systemError: systemError)
    }
}

/// What is done with locks, with their failures as those of slots.
func ofSlots<Result>(_ body: () throws(LockFailure) -> Result) throws(SlotFailure) -> Result {
    do {
        return try body()
    } catch {
        throw SlotFailure(error)
    }
}
