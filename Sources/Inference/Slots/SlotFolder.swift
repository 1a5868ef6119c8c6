import Crypto
import Foundation

/// Where the slots of an engine are kept.
package enum SlotFolder {
    private static let readableLength = 48

    /// A folder's name for an engine that is known by any text, such as a server's address: what a person can read
    /// of it, and a digest that tells it from others. `http://192.168.1.20:11434` is `192.168.1.20-11434-` and
    /// eight hexadecimal digits.
    package static func name(for key: String) -> String {
        let address = key.range(of: "://").map { key[$0.upperBound...] } ?? key[...]
        // Small letters only: on some file systems `A` and `a` are the same name.
        let safe = address.lowercased().utf8.map { isSafe($0) ? $0 : UInt8(ascii: "-") }
        let words = String(decoding: safe, as: UTF8.self).split(separator: "-").joined(separator: "-")
        let readable = String(words.prefix(readableLength)).trimmingCharacters(in: CharacterSet(charactersIn: ".-"))
        let digest = SHA256.hash(data: Data(key.utf8)).prefix(4)
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return readable.isEmpty ? "engine-\(digest)" : "\(readable)-\(digest)"
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Makes a folder, and those around it, for their user only.
    static func make(_ folder: URL) throws(SlotFailure) {
        let parent = folder.deletingLastPathComponent()
        switch makeOne(folder) {
        case nil: return
        case ENOENT where parent.path != folder.path: try make(parent)
        case let code?: throw SlotFailure(code, folder: folder.path)
        }
        if let code = makeOne(folder) { throw SlotFailure(code, folder: folder.path) }
    }

    /// The system's error, unless there is something of that name now.
    private static func makeOne(_ folder: URL) -> Int32? {
        guard mkdir(folder.path, 0o700) != 0 else { return nil }
        let code = errno
        return code == EEXIST ? nil : code
    }
}
