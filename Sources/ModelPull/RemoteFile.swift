/// A file that is to be fetched.
package struct RemoteFile: Sendable, Hashable {
    package var url: String
    package var token: String?
    /// In bytes.
    package var size: Int
    /// `sha256:…`; `nil` where the server tells none.
    package var digest: String?
    /// Where it is to lie.
    package var destination: String

    /// What a server may tell of a size: no file is larger, and sums of such numbers do not overflow.
    static let sizes = 0...1 << 44

    package var name: String { destination.split(separator: "/").last.map(String.init) ?? destination }
}
