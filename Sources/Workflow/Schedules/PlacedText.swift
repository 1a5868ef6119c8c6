/// A text of the file with its place, for mistakes that are found after the file was read.
package struct PlacedText: Sendable, Hashable {
    package var text: String
    package var place: Place

    package init(_ text: String, at place: Place) {
        self.text = text
        self.place = place
    }
}

extension FieldType where Held == PlacedText {
    /// What another type reads, with its place.
    static func placed(_ type: FieldType<String>, expected: String? = nil) -> FieldType {
        FieldType(expected: expected ?? type.expected, schema: type.schema) { node, key, decoding in
            type.decode(node, key, decoding).map { PlacedText($0, at: node.place) }
        }
    }
}
