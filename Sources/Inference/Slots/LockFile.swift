import Foundation

/// An open file and the lock on it, which ends with this value or with the process, whichever comes first.
///
/// The lock is `flock`'s: it belongs to the opened file, not to the process, so that two openings in one process
/// compete as those of two processes do, and to close another opening of the same file takes nothing away.
final class LockFile: Sendable {
    enum Mode {
        /// Nobody else has any lock.
        case exclusive
        /// Nobody else has an exclusive lock. Those who only look do not stand in each other's way with it.
        case shared
    }

    private let path: String
    private let descriptor: Int32

    /// Opens a file for use, and makes it where there is none.
    init(making path: String) throws(SlotFailure) {
        self.path = path
        descriptor = try Self.open(path, O_RDWR | O_CREAT).get()
    }

    /// Opens a file for a look; `nil` where there is none.
    init?(existing path: String) throws(SlotFailure) {
        let opened = Self.open(path, O_RDONLY)
        if case .failure(let failure) = opened, failure.systemError == ENOENT { return nil }
        self.path = path
        descriptor = try opened.get()
    }

    /// Makes a file; `nil` where there is one.
    init?(new path: String) throws(SlotFailure) {
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
    func lock(_ mode: Mode) throws(SlotFailure) -> Bool {
        let operation = (mode == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB
        while flock(descriptor, operation) != 0 {
            let code = errno
            if code == EWOULDBLOCK { return false }
            guard code == EINTR else { throw SlotFailure(code, file: path) }
        }
        return true
    }

    /// The beginning of the file; what is longer than any text of ours is of no interest.
    func text() -> Data {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return Data(buffer.prefix(max(count, 0)))
    }

    /// Replaces the text. It is for people only: a full disk does not make the lock any weaker.
    func setText(_ data: Data) {
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func open(_ path: String, _ flags: Int32) -> Result<Int32, SlotFailure> {
        // Without O_CLOEXEC a program that we start would hold our locks for as long as it runs.
        let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o600)
        return descriptor >= 0 ? .success(descriptor) : .failure(SlotFailure(errno, file: path))
    }
}
