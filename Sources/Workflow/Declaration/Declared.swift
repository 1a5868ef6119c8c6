package import Jinja

/// A mapping of the workflow language, declared once: what its keys are, what they hold and what they mean.
///
/// Decoding, the editor's schema and the reference page are all made from `fields`.
package protocol Declared: Sendable {
    init()
    static var fields: [Field<Self>] { get }
    /// The key that is meant when a bare value stands in place of the mapping: `read: notes.txt`.
    static var shorthand: String? { get }
    /// The JSON Schema of the mapping; made from ``fields`` unless the user chooses the keys.
    static var recordSchema: Value { get }
    /// Reads a node; `nil` after a mistake that leaves nothing to check. Made from ``fields`` likewise.
    static func decode(_ node: YAMLNode, key: String, _ decoding: Decoding) -> Self?
    /// Judges the keys together, after each was read; reports what does not fit.
    func validate(at place: Place, _ decoding: Decoding)
}

extension Declared {
    package static var shorthand: String? { nil }
    package func validate(at place: Place, _ decoding: Decoding) {}
}

/// One key of a ``Declared`` mapping.
package struct Field<Owner: Declared>: Sendable {
    package let key: String
    /// Plain sentences for hover texts and the reference page.
    package let documentation: String
    package let isRequired: Bool
    /// What the key takes, in words.
    package let expected: String
    /// What holds when the key is absent, where it is not simply nothing.
    package let defaultValue: Value?
    package let schema: Value
    /// Whether a written `null` is a value.
    let takesNull: Bool
    /// Makes it what holds where the key is absent.
    let reset: @Sendable (inout Owner) -> Void
    let read: @Sendable (YAMLNode, inout Owner, Decoding) -> Void

    /// A key that must be there.
    package static func required<Held>(
        _ key: String, _ path: any WritableKeyPath<Owner, Held> & Sendable, _ type: FieldType<Held>,
        _ documentation: String
    ) -> Field {
        Field(
            key: key, documentation: documentation, isRequired: true, expected: type.expected, defaultValue: nil,
            schema: type.schema, takesNull: type.takesNull,
            reset: { $0[keyPath: path] = Owner()[keyPath: path] }
        ) { node, owner, decoding in
            if let held = type.decode(node, key, decoding) { owner[keyPath: path] = held }
        }
    }

    /// A key that must be there, for a property that has no value without it.
    package static func required<Held>(
        _ key: String, _ path: any WritableKeyPath<Owner, Held?> & Sendable, _ type: FieldType<Held>,
        _ documentation: String
    ) -> Field {
        Field(
            key: key, documentation: documentation, isRequired: true, expected: type.expected, defaultValue: nil,
            schema: type.schema, takesNull: type.takesNull,
            reset: { $0[keyPath: path] = Owner()[keyPath: path] }
        ) { node, owner, decoding in
            owner[keyPath: path] = type.decode(node, key, decoding)
        }
    }

    /// A key that may be absent, which is then `nil`.
    package static func optional<Held>(
        _ key: String, _ path: any WritableKeyPath<Owner, Held?> & Sendable, _ type: FieldType<Held>,
        _ documentation: String
    ) -> Field {
        Field(
            key: key, documentation: documentation, isRequired: false, expected: type.expected, defaultValue: nil,
            schema: type.schema, takesNull: type.takesNull,
            reset: { $0[keyPath: path] = Owner()[keyPath: path] }
        ) { node, owner, decoding in
            owner[keyPath: path] = type.decode(node, key, decoding)
        }
    }

    /// A key that may be absent; the owner's initial value then holds. `shown` is that value for the documentation.
    package static func optional<Held>(
        _ key: String, _ path: any WritableKeyPath<Owner, Held> & Sendable, _ type: FieldType<Held>,
        default shown: Value?, _ documentation: String
    ) -> Field {
        Field(
            key: key, documentation: documentation, isRequired: false, expected: type.expected,
            defaultValue: shown, schema: type.schema, takesNull: type.takesNull,
            reset: { $0[keyPath: path] = Owner()[keyPath: path] }
        ) { node, owner, decoding in
            if let held = type.decode(node, key, decoding) { owner[keyPath: path] = held }
        }
    }

    /// Whether the key stands there with nothing behind it.
    func isLeftEmpty(_ value: YAMLNode) -> Bool {
        value.isNull && !(takesNull && value.scalar?.text.isEmpty == false)
    }
}
