import Foundation

/// A reference as `$ref` and `$id` write it, taken apart.
struct SchemaAddress {
    /// What comes before the `#`, absolute as far as its base is.
    let resource: String
    /// What comes after the `#`, with its `%` escapes resolved; empty where there is none.
    let fragment: String

    /// `nil` where the text cannot be an address.
    init?(_ text: String, base: String) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let resource = Self.resolve(String(parts[0]), base: base),
            let fragment = parts.count > 1 ? parts[1].removingPercentEncoding : ""
        else { return nil }
        self.resource = resource
        self.fragment = fragment
    }

    private static func resolve(_ text: String, base: String) -> String? {
        if text.isEmpty { return base }
        if base.isEmpty { return text }
        return URL(string: text, relativeTo: URL(string: base))?.absoluteString
    }
}

/// RFC 6901.
enum JSONPointer {
    static func appending(_ key: String, to pointer: String) -> String {
        let escaped = key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        return "\(pointer)/\(escaped)"
    }

    /// The keys and indices of a pointer that starts with a slash.
    static func steps(of pointer: String) -> [String] {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }
}
