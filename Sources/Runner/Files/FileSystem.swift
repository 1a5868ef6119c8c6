import Foundation

/// What writing takes from the system, with its failures as sentences.
enum FileSystem {
    /// Makes the folder of a file and those around it, where they are missing.
    static func makeFolder(of file: URL) throws(StepFailure) {
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            let reason = (error as? CocoaError)?.underlying.map { "\($0.localizedDescription)" }
            throw StepFailure(
                .writeFailed, "the folder \(folder.path) cannot be made: \(reason ?? error.localizedDescription)")
        }
    }

    /// Writes all of it, or says that it could not.
    static func write(_ data: Data, to descriptor: Int32) -> Bool {
        var written = 0
        return write(data, to: descriptor, written: &written)
    }

    /// The same, and how much of it was written.
    static func write(_ data: Data, to descriptor: Int32, written: inout Int) -> Bool {
        data.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
                written += count
            }
            return true
        }
    }

    /// Makes a new name survive a power cut. A file system that cannot do that for a folder has done its best.
    static func synchronizeFolder(of file: URL) {
        let descriptor = open(file.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Why the last call of the system failed, and what to do.
    static func failure(writing file: URL) -> StepFailure {
        let code = errno
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "; make room on its disk, and resume the run"
            case EACCES, EPERM: "; give yourself permission to write there"
            case EROFS: "; write to another place"
            case EMFILE, ENFILE: "; raise the limit of open files with `ulimit -n`"
            default: ""
            }
        return StepFailure(.writeFailed, "\(file.path) cannot be written: \(String(cString: strerror(code)))\(advice)")
    }
}
