import Jinja

extension FieldType {
    /// One of an enumeration's raw values.
    package static func choice() -> FieldType
    where Held: CaseIterable & RawRepresentable, Held.RawValue == String {
        let names = Held.allCases.map(\.rawValue)
        let expected = "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
        return FieldType(
            expected: expected, schema: ["enum": .list(names.map { .string($0) })]
        ) { node, key, decoding in
            if let text = node.scalar?.text, let choice = Held(rawValue: text) { return choice }
            let shown = node.scalar.map { "`\($0.text)`" } ?? node.kindName
            decoding.report(
                "`\(key)` takes \(expected), not \(shown)", at: node.place, length: node.underlined,
                suggestion: node.scalar.flatMap { nearest($0.text, among: names) })
            return nil
        }
    }

    /// A list, each element of one type.
    package static func array<Element>(
        of element: FieldType<Element>, named plural: String
    ) -> FieldType where Held == [Element] {
        FieldType(
            expected: "a list of \(plural)", schema: ["type": "array", "items": element.schema]
        ) { node, key, decoding in
            guard case .sequence(let nodes) = node.content else {
                decoding.mismatch(node, expected: "a list of \(plural)", of: key)
                return nil
            }
            let elements = nodes.map { element.decode($0, key, decoding) }
            return elements.contains { $0 == nil } ? nil : elements.compactMap { $0 }
        }
    }

    /// One, or a list in order of fallback, which has at least one.
    package static func fallbacks<Element>(_ element: FieldType<Element>) -> FieldType where Held == [Element] {
        oneOrMore(element, expected: "\(element.expected), or a list in order of fallback")
    }

    /// One, or a list, which has at least one.
    package static func oneOrMore<Element>(
        _ element: FieldType<Element>, named plural: String
    ) -> FieldType where Held == [Element] {
        oneOrMore(element, expected: "\(element.expected), or a list of \(plural)")
    }

    private static func oneOrMore<Element>(
        _ element: FieldType<Element>, expected: String
    ) -> FieldType where Held == [Element] {
        FieldType(
            expected: expected,
            schema: ["anyOf": [element.schema, ["type": "array", "items": element.schema, "minItems": 1]]]
        ) { node, key, decoding in
            guard case .sequence(let nodes) = node.content else {
                guard case .scalar = node.content else {
                    decoding.mismatch(node, expected: expected, of: key)
                    return nil
                }
                return element.decode(node, key, decoding).map { [$0] }
            }
            if nodes.isEmpty { decoding.report("`\(key)` is empty: name at least one", at: node.place) }
            let elements = nodes.map { element.decode($0, key, decoding) }
            return elements.contains { $0 == nil } ? nil : elements.compactMap { $0 }
        }
    }

    /// A mapping whose keys the user chooses, in the order of the file.
    package static func dictionary<Element>(
        of element: FieldType<Element>, named plural: String
    ) -> FieldType where Held == [(key: String, value: Element)] {
        entries(
            keys: .identifier, of: element, expected: "a mapping of names to \(plural)",
            schema: [
                "type": "object", "propertyNames": FieldType<String>.identifier.schema,
                "additionalProperties": element.schema,
            ])
    }

    /// The same with keys of any text, such as the names of models.
    package static func table<Element>(
        of element: FieldType<Element>, named plural: String
    ) -> FieldType where Held == [(key: String, value: Element)] {
        entries(
            keys: .name, of: element, expected: "a mapping of texts to \(plural)",
            schema: ["type": "object", "additionalProperties": element.schema])
    }

    private static func entries<Element>(
        keys: FieldType<String>, of element: FieldType<Element>, expected: String, schema: Value
    ) -> FieldType where Held == [(key: String, value: Element)] {
        FieldType(expected: expected, schema: schema) { node, key, decoding in
            guard case .mapping(let entries) = node.content else {
                decoding.mismatch(node, expected: expected, of: key)
                return nil
            }
            return entries.compactMap { entry in
                guard let name = keys.decode(entry.key, key, decoding),
                    let value = element.decode(entry.value, name, decoding)
                else { return nil }
                return (name, value)
            }
        }
    }

    /// A part of the file that is read later, as a part of something else.
    static func node(_ expected: String, _ schema: Value) -> FieldType where Held == YAMLNode {
        FieldType(expected: expected, schema: schema) { node, _, _ in node }
    }

    /// A mapping with declared keys.
    package static func record() -> FieldType where Held: Declared {
        FieldType(expected: "a mapping", schema: Held.recordSchema) { node, key, decoding in
            Held.decode(node, key: key, decoding)
        }
    }
}
