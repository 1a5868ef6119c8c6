import Foundation

/// Files that a user names on the command line.
enum WholeFile {
    /// All bytes of a file, which may be a pipe too, as in `--data <(…)`.
    static func read(_ path: String) throws -> Data {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? handle.close() }
        return try handle.readToEnd() ?? Data()
    }
}
