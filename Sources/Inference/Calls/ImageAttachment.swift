package import Foundation

/// A picture that goes with a message.
package struct ImageAttachment: Sendable, Hashable {
    /// Where it came from, for messages and the record.
    package var name: String
    package var kind: Kind
    package var data: Data

    /// The formats that vision models take.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case png = "image/png"
        case jpeg = "image/jpeg"
        case gif = "image/gif"
        case webp = "image/webp"

        /// Tells a format by how its files begin.
        fileprivate init?(_ data: Data) {
            let head = Array(data.prefix(12))
            if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
                self = .png
            } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if head.starts(with: Array("GIF8".utf8)) {
                self = .gif
            } else if head.starts(with: Array("RIFF".utf8)), head.suffix(4) == Array("WEBP".utf8) {
                self = .webp
            } else {
                return nil
            }
        }
    }

    /// `nil` where the data is no picture in a format that models take.
    package init?(name: String, data: Data) {
        guard let kind = Kind(data) else { return nil }
        self.name = name
        self.kind = kind
        self.data = data
    }
}
