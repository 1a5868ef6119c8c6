import Foundation

/// Files that a user names on the command line.
enum WholeFile {
    /// All bytes of a file, which may be a pipe too, as in `--data <(…)`.
    static func read(_ path: String) throws -> Data {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? handle.close() }
        return try handle.readToEnd() ?? Data()
    }

    /// The text of a file, or of standard input for `-`.
    ///
    /// - Throws: ``CommandFailure`` where it cannot be read or is not UTF-8.
    static func text(_ path: String) throws -> String {
        let name = path == "-" ? "standard input" : path
        let data: Data
        do {
            data = try path == "-" ? FileHandle.standardInput.readToEnd() ?? Data() : read(path)
        } catch {
            throw CommandFailure(
                .invalid, "\(path == "-" ? name : "the file \(path)") cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.invalid, "\(name) is not UTF-8 text")
        }
        return text
    }
}
