import Crypto
import Foundation

/// A digest of several texts, from which it can be told whether any of them has changed: 32 hexadecimal digits.
struct TextDigest {
    private var hash = SHA256()

    mutating func add(_ text: String) {
        // The length keeps "ab", "c" apart from "a", "bc".
        hash.update(data: Data("\(text.utf8.count):".utf8))
        hash.update(data: Data(text.utf8))
    }

    var text: String { String(hash.finalize().hexadecimal.prefix(32)) }

    static func of(_ texts: String...) -> String {
        var digest = TextDigest()
        for text in texts { digest.add(text) }
        return digest.text
    }
}

extension Digest {
    /// The digest in lower-case hexadecimal digits.
    var hexadecimal: String {
        reduce(into: "") { text, byte in
            let digits = String(byte, radix: 16)
            text += digits.count == 1 ? "0" + digits : digits
        }
    }
}
