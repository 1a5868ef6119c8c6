import Crypto
import Foundation
import LocalFiles
import Synchronization

/// The sha256 digests of model files, computed once and remembered as long as a file's size, inode and time stay.
///
/// The memory is a JSON file that several processes may use: it is replaced as a whole, a damaged one counts as empty,
/// and an entry that another process overwrote is merely computed again.
package final class ModelDigests: Sendable {
    private static let pieceSize = 4 << 20

    private let cachePath: String?
    private let entries: Mutex<[String: Entry]?> = Mutex(nil)

    /// - Parameter cachePath: The JSON file that remembers digests; `nil` remembers them in memory only.
    package init(cachePath: String?) {
        self.cachePath = cachePath
    }

    /// `sha256:` and 64 hexadecimal digits, if the file's digest is remembered; reads nothing of the file.
    package func known(_ path: String) -> String? {
        guard let stamp = FileStamp(path), let entry = remembered()[Self.key(path)], entry.stamp == stamp else {
            return nil
        }
        return entry.digest
    }

    /// The file's digest, computed if it is not remembered. Blocks while it reads.
    /// - Parameter isCancelled: Asked between pieces; when it says yes, the work ends with `CancellationError`.
    package func digest(_ path: String, isCancelled: () -> Bool = { Task.isCancelled }) throws -> String {
        if let known = known(path) { return known }
        guard let before = FileStamp(path), let file = FileHandle(forReadingAtPath: path) else {
            throw EngineError(.modelNotFound, "\(path) cannot be opened to compute its digest.")
        }
        defer { try? file.close() }
        var hash = SHA256()
        do {
            while let piece = try file.read(upToCount: Self.pieceSize), !piece.isEmpty {
                if isCancelled() { throw CancellationError() }
                hash.update(data: piece)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw EngineError(.modelDamaged, "\(path) cannot be read to its end: \(error).")
        }
        let digest = Self.text(hash.finalize())
        // A file that changed while it was read has a digest of neither version: nothing to remember.
        if FileStamp(path) == before { remember(Entry(stamp: before, digest: digest), path) }
        return digest
    }

    /// One digest for a model in several files: the digest of theirs. For one file it is the file's own.
    package func digest(ofParts paths: [String], isCancelled: () -> Bool = { Task.isCancelled }) throws -> String {
        Self.joined(try paths.map { try digest($0, isCancelled: isCancelled) })
    }

    /// The same, if all of them are remembered.
    package func known(parts paths: [String]) -> String? {
        let digests = paths.compactMap(known)
        return digests.count == paths.count ? Self.joined(digests) : nil
    }

    /// Whether a text is a digest as they are written here and by Ollama: `sha256:` and 64 hexadecimal digits.
    package static func isDigest(_ text: String) -> Bool {
        let prefix = "sha256:"
        return text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 64
            && text.dropFirst(prefix.count).allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    /// One digest for several, in their order; that of one alone is its own.
    package static func joined(_ digests: [String]) -> String {
        guard digests.count != 1 else { return digests[0] }
        return text(SHA256.hash(data: Data(digests.joined(separator: "\n").utf8)))
    }

    private static func text(_ digest: SHA256.Digest) -> String {
        "sha256:" + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func remembered() -> [String: Entry] {
        entries.withLock { entries in
            if let entries { return entries }
            let stored = load()
            entries = stored
            return stored
        }
    }

    private func remember(_ entry: Entry, _ path: String) {
        let all = entries.withLock { entries in
            // What other processes learned meanwhile is kept.
            var all = load().merging(entries ?? [:]) { $1 }
            all[Self.key(path)] = entry
            entries = all
            return all
        }
        guard let cachePath else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        // Not being able to remember costs time, nothing else.
        guard let data = try? encoder.encode(all) else { return }
        let url = URL(filePath: cachePath)
        try? FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: url, options: .atomic)
    }

    private func load() -> [String: Entry] {
        guard let cachePath, let data = FileManager.default.contents(atPath: cachePath) else { return [:] }
        return (try? JSONDecoder().decode([String: Entry].self, from: data)) ?? [:]
    }

    private static func key(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    }

    private struct Entry: Codable {
        var stamp: FileStamp
        var digest: String
    }
}
