import Foundation

/// Writes files so that readers see the old content or the new one, never a part, even after a power cut.
struct AtomicFile {
    enum Existing {
        /// A file that is there is replaced.
        case replace
        /// A file that is there stays, and the write fails.
        case refuse
    }

    let file: URL
    /// Tells the writer from all others, and is the same when it tries again: what it left behind is cleared away then.
    let writer: String

    /// Writes to a temporary name in the same folder, brings it to the disk, and gives it its name.
    ///
    /// - Throws: ``StepFailure`` with the place; nothing half-written is left.
    func write(_ data: Data, existing: Existing) throws(StepFailure) {
        try FileSystem.makeFolder(of: file)
        unlink(temporary.path)
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.failure(writing: file) }
        do throws(StepFailure) {
            defer { close(descriptor) }
            keepPermissions(descriptor)
            guard FileSystem.write(data, to: descriptor), fsync(descriptor) == 0 else {
                throw FileSystem.failure(writing: file)
            }
            try name(existing)
        } catch {
            unlink(temporary.path)
            throw error
        }
        FileSystem.synchronizeFolder(of: file)
    }

    /// Who may read the file that is replaced may read the new one, and nobody else.
    private func keepPermissions(_ descriptor: Int32) {
        var status = stat()
        if stat(file.path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
    }

    /// Clears away what an attempt left that was cut off.
    func clear() {
        unlink(temporary.path)
    }

    private var temporary: URL {
        // A name may have 255 bytes.
        let name = String(decoding: file.lastPathComponent.utf8.prefix(200), as: UTF8.self)
        return file.deletingLastPathComponent().appending(path: ".\(name).\(writer).tmp")
    }

    private func name(_ existing: Existing) throws(StepFailure) {
        switch existing {
        case .replace:
            guard rename(temporary.path, file.path) == 0 else { throw FileSystem.failure(writing: file) }
        case .refuse:
            // Unlike rename, link never takes the place of a file.
            guard link(temporary.path, file.path) == 0 else {
                if errno == EEXIST {
                    throw StepFailure(.writeRefused, "\(file.path) is there already, and `mode: create` never replaces")
                }
                throw FileSystem.failure(writing: file)
            }
            unlink(temporary.path)
        }
    }
}
