import Jinja

extension FieldType where Held == String {
    /// The name of a column of a table.
    package static var column: FieldType {
        let name = FieldType.name
        return FieldType(expected: "the name of a column", schema: name.schema) { node, key, decoding in
            guard let scalar = node.scalar, !node.isNull else {
                decoding.mismatch(node, expected: "the name of a column", of: key)
                return nil
            }
            if scalar.text.allSatisfy(\.isWhitespace) {
                decoding.report("`\(key)` is empty: name a column", at: node.place)
            }
            return name.decode(node, key, decoding)
        }
    }
}

extension FieldType where Held == [String] {
    /// The name of a column, or a list of them, which has at least one.
    package static var columns: FieldType {
        let column = FieldType<String>.column
        let expected = "the name of a column, or a list of names"
        return FieldType(
            expected: expected,
            schema: ["anyOf": [column.schema, ["type": "array", "items": column.schema, "minItems": 1]]]
        ) { node, key, decoding in
            guard case .sequence(let nodes) = node.content else {
                guard case .scalar = node.content else {
                    decoding.mismatch(node, expected: expected, of: key)
                    return nil
                }
                return column.decode(node, key, decoding).map { [$0] }
            }
            if nodes.isEmpty { decoding.report("`\(key)` is empty: name at least one column", at: node.place) }
            let names = nodes.map { column.decode($0, key, decoding) }
            return names.contains { $0 == nil } ? nil : names.compactMap { $0 }
        }
    }
}
