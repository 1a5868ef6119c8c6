import Foundation

/// Writes files so that readers see the old content or the new one, never a part, even after a power cut.
enum AtomicFile {
    enum Existing {
        /// A file that is there is replaced.
        case replace
        /// A file that is there stays, and the write fails.
        case refuse
    }

    /// Writes to a temporary name in the same folder, brings it to the disk, and gives it its name.
    ///
    /// - Throws: ``StepFailure`` with the place; nothing half-written is left.
    static func write(_ data: Data, to file: URL, existing: Existing) throws(StepFailure) {
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw StepFailure(.writeFailed, "the folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
        let suffix = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        let temporary = folder.appending(path: ".\(file.lastPathComponent).\(suffix).tmp")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(file) }
        do throws(StepFailure) {
            defer { close(descriptor) }
            guard writeAll(data, to: descriptor), fsync(descriptor) == 0 else {
                throw failure(file)
            }
            try name(temporary, file, existing)
        } catch {
            unlink(temporary.path)
            throw error
        }
        synchronize(folder: folder)
    }

    private static func name(_ temporary: URL, _ file: URL, _ existing: Existing) throws(StepFailure) {
        switch existing {
        case .replace:
            guard rename(temporary.path, file.path) == 0 else { throw failure(file) }
        case .refuse:
            // Unlike rename, link never takes the place of a file.
            guard link(temporary.path, file.path) == 0 else {
                if errno == EEXIST {
                    throw StepFailure(.writeRefused, "\(file.path) is there already, and `mode: create` never replaces")
                }
                throw failure(file)
            }
            unlink(temporary.path)
        }
    }

    private static func writeAll(_ data: Data, to descriptor: Int32) -> Bool {
        data.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// Makes the new name itself survive a power cut. A file system that cannot do that for a folder has done its best.
    private static func synchronize(folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ file: URL) -> StepFailure {
        StepFailure(.writeFailed, "\(file.path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
