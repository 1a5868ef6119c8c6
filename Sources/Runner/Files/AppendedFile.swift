import Crypto
import Foundation
import History

/// Appends to a file that others may append to at the same time: whole pieces, each exactly once.
///
/// What is to be appended is in the record before the file is touched, with its place. An append that was cut off is
/// finished by whoever comes next to the file, as the lock on the file makes sure that nothing has come behind it: so no
/// line is torn, none is lost, and a run that is gone on with finds that it has appended.
struct AppendedFile {
    let file: URL
    let history: HistoryStore
    let step: StepRowID
    let sleep: @Sendable (Duration) async throws -> Void
    let now: @Sendable () -> Date

    /// What is there before.
    struct Existing {
        var size: Int
        var endsLine: Bool
        /// The beginning of the file, up to a megabyte.
        var head: () throws -> Data
    }

    /// How long to wait before the next look whether others have gone.
    private static let pause = Duration.milliseconds(5)
    private static let headSize = 1 << 20

    /// - Parameter content: what to append, from what is there.
    /// - Returns: the bytes that were appended.
    /// - Throws: ``StepFailure`` where it cannot be written, which leaves the file as it was; or what `content` throws.
    func append(_ content: (Existing) throws -> Data) async throws -> Data {
        try FileSystem.makeFolder(of: file)
        let opened = try await lock()
        defer { opened.close() }
        do {
            try await finishOthers(opened)
            while true {
                let size = try opened.size()
                let data = try content(try existing(opened, size))
                if try await append(data, to: size, opened) { return data }
            }
        } catch {
            opened.removeIfEmptyAndNew()
            throw error
        }
    }

    private func existing(_ opened: OpenedFile, _ size: Int) throws -> Existing {
        Existing(
            size: size, endsLine: try size == 0 || opened.read(from: size - 1, upTo: 1) == Data("\n".utf8),
            head: { try opened.read(from: 0, upTo: Self.headSize) })
    }

    /// - Returns: whether the file still ended there; someone who knows nothing of locks may have written meanwhile.
    private func append(_ data: Data, to size: Int, _ opened: OpenedFile) async throws -> Bool {
        let row = try await history.beginFile(
            NewFile(
                path: file.path, mode: .append, bytes: data.count, sha256: SHA256.hash(data: data).hexadecimal,
                append: (size, data)), step: step, at: now())
        do {
            // After a power cut the record must know of what the file has.
            try await history.sync()
            guard try opened.size() == size else {
                try await history.dropFile(row)
                return false
            }
            try opened.append(data, to: size)
        } catch {
            try await history.dropFile(row)
            throw error
        }
        try await history.endFile(row, at: now())
        return true
    }

    /// Finishes what was begun here and cut off, by whichever run.
    func finishOthers() async throws {
        guard FileManager.default.fileExists(atPath: file.path),
            try await !history.begunAppends(to: file.path).isEmpty
        else { return }
        let opened = try await lock()
        defer { opened.close() }
        try await finishOthers(opened)
    }

    private func finishOthers(_ opened: OpenedFile) async throws {
        for begun in try await history.begunAppends(to: file.path) {
            let size = try opened.size()
            // A file that is shorter now was taken away or cut: there is nothing left to be finished.
            guard size >= begun.position else {
                try await history.dropFile(begun.row)
                continue
            }
            let behind = try opened.read(from: begun.position, upTo: size - begun.position)
            if behind.range(of: begun.content) != nil || begun.content.isEmpty {
                try await history.endFile(begun.row, at: now())
            } else if begun.content.starts(with: behind) {
                try opened.append(begun.content.dropFirst(behind.count), to: size)
                try await history.endFile(begun.row, at: now())
            } else {
                // Someone who knows nothing of locks has written there before us: it was never begun.
                try await history.dropFile(begun.row)
            }
        }
    }

    private func lock() async throws -> OpenedFile {
        while true {
            let opened = try OpenedFile(file)
            do {
                if try opened.lock() { return opened }
            } catch {
                opened.close()
                throw error
            }
            opened.close()
            try await sleep(Self.pause)
        }
    }
}

/// A file that is open for appending.
private struct OpenedFile {
    let file: URL
    let descriptor: Int32
    private let isNew: Bool

    init(_ file: URL) throws(StepFailure) {
        self.file = file
        isNew = access(file.path, F_OK) != 0
        // Others who append may know nothing of locks: the system puts what we write behind what they have written.
        descriptor = open(file.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.failure(writing: file) }
        if isNew { FileSystem.synchronizeFolder(of: file) }
    }

    func close() {
        // A child between its fork and its exec still has a copy of the descriptor.
        flock(descriptor, LOCK_UN)
        Foundation.close(descriptor)
    }

    /// Whether the lock could be had, on the file that now has the name: another one may have replaced it.
    func lock() throws(StepFailure) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw FileSystem.failure(writing: file) }
        }
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(file.path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    func size() throws(StepFailure) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileSystem.failure(writing: file) }
        return Int(status.st_size)
    }

    func read(from position: Int, upTo count: Int) throws(StepFailure) -> Data {
        var buffer = Data(count: max(0, count))
        var filled = 0
        while filled < buffer.count {
            let got = buffer.withUnsafeMutableBytes { bytes in
                pread(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled, off_t(position + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw StepFailure(.fileUnreadable, "\(file.path) cannot be read: \(String(cString: strerror(errno)))")
            }
            guard got > 0 else { break }
            filled += got
        }
        return buffer.prefix(filled)
    }

    /// Writes to the end, or leaves the file as long as it was, which is `size`.
    func append(_ data: Data, to size: Int) throws(StepFailure) {
        var written = 0
        guard FileSystem.write(data, to: descriptor, written: &written), fsync(descriptor) == 0 else {
            let failure = FileSystem.failure(writing: file)
            // Not what others have added meanwhile.
            if let now = try? self.size(), now == size + written { ftruncate(descriptor, off_t(size)) }
            throw failure
        }
    }

    /// A file that was made only to be written to.
    func removeIfEmptyAndNew() {
        if isNew, let size = try? size(), size == 0 { unlink(file.path) }
    }
}
