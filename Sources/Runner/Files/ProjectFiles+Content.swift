import Foundation

extension ProjectFiles {
    /// The bytes of a file.
    ///
    /// - Parameter limit: a larger file is an error.
    /// - Throws: ``StepFailure``.
    func content(of path: String, upTo limit: Int) throws(StepFailure) -> Data {
        let file = url(path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
            throw StepFailure(.fileNotFound, "there is no file \(path)")
        }
        guard !isFolder.boolValue else {
            throw StepFailure(.fileUnreadable, "\(path) is a folder: `list` finds the files in it")
        }
        // To open a pipe would be to wait for who writes into it.
        let type = (try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path))?[.type]
        guard type as? FileAttributeType == .typeRegular else {
            throw StepFailure(.fileUnreadable, "\(path) is no regular file, but a pipe or a device")
        }
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            // One byte more than is allowed tells a file that is too large, whatever its size is said to be.
            let data = try handle.read(upToCount: limit == .max ? limit : limit + 1) ?? Data()
            guard data.count <= limit else {
                throw StepFailure(
                    .fileTooLarge, "\(path) is larger than \(limit) bytes: set `max_bytes` if that is meant")
            }
            return data
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(.fileUnreadable, "\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
