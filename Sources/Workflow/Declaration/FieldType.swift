package import Jinja
import OrderedCollections

/// What a field may hold: how it is read from YAML, and how the editor's schema and the reference page describe it.
package struct FieldType<Held: Sendable>: Sendable {
    /// In a message behind "takes": "text", "a whole number from 1 to 64".
    package let expected: String
    /// The JSON Schema of the field.
    package let schema: Value
    /// Whether a written `null` is a value.
    let takesNull: Bool
    /// Reads a node; `nil` after a mistake was reported. The string is the key, for messages.
    let decode: @Sendable (YAMLNode, String, Decoding) -> Held?

    init(
        expected: String, schema: Value, takesNull: Bool = false,
        decode: @escaping @Sendable (YAMLNode, String, Decoding) -> Held?
    ) {
        self.expected = expected
        self.schema = schema
        self.takesNull = takesNull
        self.decode = decode
    }

    /// A type read from a resolved scalar.
    init(expected: String, schema: Value, scalar: @escaping @Sendable (Value) -> Held?) {
        self.init(expected: expected, schema: schema) { node, key, decoding in
            if let value = node.scalar?.resolved, let held = scalar(value) { return held }
            decoding.mismatch(node, expected: expected, of: key)
            return nil
        }
    }
}

extension FieldType where Held == String {
    /// Text that holds no expression.
    package static var name: FieldType {
        FieldType(expected: "text", schema: ["type": "string"]) { node, key, decoding in
            guard let scalar = node.scalar, !node.isNull else {
                decoding.mismatch(node, expected: "text", of: key)
                return nil
            }
            guard !scalar.text.contains("${{") else {
                decoding.report("`\(key)` takes no expression", at: node.place, length: node.underlined)
                return nil
            }
            return scalar.text
        }
    }

    /// What other steps call a step: letters, digits, `_`, not beginning with a digit.
    package static var identifier: FieldType {
        let expected = "a name of letters, digits and `_`, not beginning with a digit"
        return FieldType(
            expected: expected, schema: ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"]
        ) { node, key, decoding in
            if let text = node.scalar?.text, isIdentifier(text) { return text }
            let shown = node.scalar.map { "`\($0.text)`" } ?? node.kindName
            let mended = node.scalar.flatMap { $0.text.contains("{{") ? nil : identifier(from: $0.text) }
                .flatMap { isIdentifier($0) ? $0 : nil }
            decoding.report(
                "`\(key)` takes \(expected), not \(shown)", at: node.place, length: node.underlined,
                suggestion: mended)
            return nil
        }
    }

    private static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
    }

    private static func identifier(from text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}

extension FieldType where Held == Int {
    package static func integer(_ range: ClosedRange<Int>) -> FieldType {
        let expected =
            range.lowerBound == range.upperBound
            ? "the number \(range.lowerBound)"
            : range.upperBound == .max
                ? "a whole number of at least \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        var schema: Mapping = ["type": "integer", "minimum": .integer(range.lowerBound)]
        if range.upperBound != .max { schema["maximum"] = .integer(range.upperBound) }
        return FieldType(expected: expected, schema: .mapping(schema)) { (value: Value) in
            // `1.0` is a whole number too, as JSON Schema has it.
            let integer = value.integer ?? value.number.flatMap { Int(exactly: $0) }
            return integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension FieldType where Held == Double {
    package static func number(_ range: ClosedRange<Double>) -> FieldType {
        let bounds = range.upperBound.isFinite
        let expected =
            bounds
            ? "a number from \(range.lowerBound.written) to \(range.upperBound.written)"
            : "a number of at least \(range.lowerBound.written)"
        var schema: Mapping = ["type": "number", "minimum": .number(range.lowerBound)]
        if bounds { schema["maximum"] = .number(range.upperBound) }
        return FieldType(expected: expected, schema: .mapping(schema)) { (value: Value) in
            let number: Double? =
                switch value {
                case .integer(let integer): Double(integer)
                case .number(let number): number
                default: nil
                }
            return number.flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Double {
    /// As people write it: `1` rather than `1.0`.
    var written: String { Int(exactly: self).map { String($0) } ?? String(self) }
}

extension FieldType where Held == Double {
    package static var anyNumber: FieldType {
        FieldType(expected: "a number", schema: ["type": "number"]) { (value: Value) in value.number }
    }
}

extension FieldType where Held == Bool {
    package static var boolean: FieldType {
        FieldType(expected: "true or false", schema: ["type": "boolean"]) { (value: Value) in
            if case .boolean(let boolean) = value { boolean } else { nil }
        }
    }
}
