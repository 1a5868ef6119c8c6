import Crypto
import Foundation
import Jinja
import OrderedCollections

/// What is told of a file, under the names that `list` declares.
struct FileFacts {
    let mapping: Mapping

    /// Reads the whole file once, for its digest.
    ///
    /// - Throws: ``StepFailure`` where the file cannot be read.
    init(_ file: URL, shownAs path: String) throws(StepFailure) {
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        } catch {
            throw StepFailure(.fileUnreadable, "\(path) cannot be looked at: \(error.localizedDescription)")
        }
        let modified = attributes[.modificationDate] as? Date
        mapping = [
            "path": .string(path),
            "name": .string(file.lastPathComponent),
            "stem": .string(file.deletingPathExtension().lastPathComponent),
            "extension": .string(file.pathExtension),
            "bytes": .integer((attributes[.size] as? NSNumber)?.intValue ?? 0),
            "modified": modified.map { .string($0.formatted(.iso8601)) } ?? .null,
            "sha256": .string(try Self.digest(of: file, shownAs: path)),
        ]
    }

    /// Reads in pieces, so that a large file does not fill the memory.
    private static func digest(of file: URL, shownAs path: String) throws(StepFailure) -> String {
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            var hash = SHA256()
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
            return hash.finalize().hexadecimal
        } catch {
            throw StepFailure(.fileUnreadable, "\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
