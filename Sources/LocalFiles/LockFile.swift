#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the system said when a file for a lock could not be used.
package struct LockFailure: Error, Sendable, Hashable {
    /// The system's number for what went wrong.
    package let systemError: Int32
    package let path: String

    package init(systemError: Int32, path: String) {
        self.systemError = systemError
        self.path = path
    }
}

/// An open file and the lock on it, which ends with this value or with the process, whichever comes first.
///
/// The lock is `flock`'s: it belongs to the opened file, not to the process, so that two openings in one process
/// compete as those of two processes do, and to close another opening of the same file takes nothing away.
package final class LockFile: Sendable {
    package enum Mode: Sendable {
        /// Nobody else has any lock.
        case exclusive
        /// Nobody else has an exclusive lock. Those who only look do not stand in each other's way with it.
        case shared
    }

    package let path: String
    private let descriptor: Int32

    /// Opens a file for use, and makes it where there is none.
    package init(making path: String) throws(LockFailure) {
        self.path = path
        descriptor = try Self.open(path, O_RDWR | O_CREAT).get()
    }

    /// Opens a file for a look; `nil` where there is none.
    package init?(existing path: String) throws(LockFailure) {
        let opened = Self.open(path, O_RDONLY)
        if case .failure(let failure) = opened, failure.systemError == ENOENT { return nil }
        self.path = path
        descriptor = try opened.get()
    }

    /// Makes a file; `nil` where there is one.
    package init?(new path: String) throws(LockFailure) {
        let opened = Self.open(path, O_RDWR | O_CREAT | O_EXCL)
        if case .failure(let failure) = opened, failure.systemError == EEXIST { return nil }
        self.path = path
        descriptor = try opened.get()
    }

    deinit {
        // To close is not enough: a child between its fork and its exec still has a copy of the descriptor.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Takes the lock if that needs no waiting.
    package func lock(_ mode: Mode) throws(LockFailure) -> Bool {
        let operation = (mode == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB
        while flock(descriptor, operation) != 0 {
            let code = errno
            if code == EWOULDBLOCK { return false }
            guard code == EINTR else { throw LockFailure(systemError: code, path: path) }
        }
        return true
    }

    /// Whether the opened file is still the one of its name: someone may have removed it before it was locked.
    package var isCurrent: Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    /// The beginning of the file; what is longer than any text of ours is of no interest.
    package func text() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(count, 0)))
    }

    /// Replaces the text. It is for people only: a full disk does not make the lock any weaker.
    package func setText(_ bytes: some Collection<UInt8>) {
        guard ftruncate(descriptor, 0) == 0 else { return }
        let bytes = Array(bytes)
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func open(_ path: String, _ flags: Int32) -> Result<Int32, LockFailure> {
        // Without O_CLOEXEC a program that we start would hold our locks for as long as it runs.
        let descriptor = systemOpen(path, flags | O_CLOEXEC, 0o600)
        return descriptor >= 0
            ? .success(descriptor) : .failure(LockFailure(systemError: errno, path: path))
    }
}

/// The system's function, which the name of the class's own would hide.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
    open(path, flags, mode)
}
