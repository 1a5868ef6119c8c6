import Jinja

extension FieldType where Held == TemplatedText {
    /// Text that may hold `${{ … }}`. A number or a boolean is taken as it is written.
    package static var text: FieldType {
        FieldType(expected: "text", schema: ["type": ["string", "number", "boolean"]]) { node, key, decoding in
            guard let scalar = node.scalar, !node.isNull else {
                decoding.mismatch(node, expected: "text", of: key)
                return nil
            }
            decoding.warnOfBareDelimiters(in: node, scalar)
            let origin = decoding.origin(of: node, scalar)
            let text = decoding.attempt { () throws(Diagnostic) in try TemplatedText(scalar, origin: origin) }
            decoding.note(text?.usedNames ?? [])
            return text
        }
    }
}

extension FieldType where Held == TemplatedText {
    /// Text that must say something: a path, a model, a question.
    package static var someText: FieldType {
        let text = FieldType.text
        return FieldType(expected: text.expected, schema: text.schema) { node, key, decoding in
            let held = text.decode(node, key, decoding)
            if case .constant(let constant) = held, constant.allSatisfy(\.isWhitespace) {
                decoding.report("`\(key)` is empty", at: node.place)
            }
            return held
        }
    }
}

extension FieldType where Held == TemplatedValue {
    /// Any value, at any depth of which expressions may stand.
    package static var value: FieldType {
        FieldType(expected: "a value", schema: true, takesNull: true) { node, key, decoding in
            read(node, key, decoding)
        }
    }

    /// A list in the file, or an expression that gives one.
    package static func list(of what: String) -> FieldType {
        shaped(
            "a list of \(what) or an expression that gives one", ["anyOf": [["type": "array"], Value.expressionSchema]]
        ) {
            switch $0 {
            case .list, .expression: true
            default: false
            }
        }
    }

    /// One or more texts: a list, a text, or an expression that gives one of these.
    package static var texts: FieldType {
        shaped(
            "a text, a list of texts, or an expression that gives one of these",
            ["anyOf": [["type": ["array", "string"]], Value.expressionSchema]]
        ) {
            switch $0 {
            case .list, .text, .expression, .constant(.string): true
            default: false
            }
        }
    }

    /// What a `foreach` goes through: a list, a mapping, or an expression that gives one.
    package static var items: FieldType {
        shaped(
            "a list, a mapping, or an expression that gives one",
            ["anyOf": [["type": ["array", "object"]], Value.expressionSchema]]
        ) {
            switch $0 {
            case .list, .mapping, .expression: true
            default: false
            }
        }
    }

    /// A mapping in the file from names to values.
    package static var mapping: FieldType {
        shaped("a mapping of names to values", ["type": "object"]) {
            if case .mapping = $0 { true } else { false }
        }
    }

    /// A value of one of several shapes.
    private static func shaped(
        _ expected: String, _ schema: Value, isRight: @escaping @Sendable (TemplatedValue) -> Bool
    ) -> FieldType {
        FieldType(expected: expected, schema: schema) { node, key, decoding in
            guard let value = read(node, key, decoding) else { return nil }
            guard isRight(value) else {
                decoding.mismatch(node, expected: expected, of: key)
                return nil
            }
            return value
        }
    }

    /// Reads a value, and notes the names that it uses, also where a mistake leaves it unread as a whole.
    private static func read(_ node: YAMLNode, _ key: String, _ decoding: Decoding) -> TemplatedValue? {
        switch node.content {
        case .scalar(let scalar):
            guard case .string = scalar.resolved else { return .constant(scalar.resolved) }
            decoding.warnOfBareDelimiters(in: node, scalar)
            let origin = decoding.origin(of: node, scalar)
            let value = decoding.attempt { () throws(Diagnostic) -> TemplatedValue in
                let text = try TemplatedText(scalar, origin: origin)
                guard case .template(let template, _) = text else { return .text(text) }
                return template.wholeExpression.map { .expression($0, origin) } ?? .text(text)
            }
            decoding.note(value?.usedNames ?? [])
            return value
        case .sequence(let elements):
            let values = elements.map { read($0, key, decoding) }
            return values.contains { $0 == nil } ? nil : .list(values.compactMap { $0 })
        case .mapping(let entries):
            var values: [(key: String, value: TemplatedValue)] = []
            var isWhole = true
            for entry in entries {
                guard let name = entry.key.scalar?.text else {
                    decoding.report("a key must be text", at: entry.key.place)
                    isWhole = false
                    continue
                }
                if let value = read(entry.value, key, decoding) {
                    values.append((name, value))
                } else {
                    isWhole = false
                }
            }
            return isWhole ? .mapping(values) : nil
        }
    }
}

extension FieldType where Held == Condition {
    /// An expression that is true or false, with or without `${{ }}`.
    package static var condition: FieldType {
        FieldType(expected: "an expression", schema: ["type": ["string", "boolean", "number"]]) { node, key, decoding in
            guard let scalar = node.scalar, !node.isNull else {
                decoding.mismatch(node, expected: "an expression", of: key)
                return nil
            }
            let origin = decoding.origin(of: node, scalar)
            let condition = decoding.attempt { () throws(Diagnostic) in try Condition(scalar, origin: origin) }
            decoding.note(condition?.usedNames ?? [])
            return condition
        }
    }
}

extension Value {
    /// Text that is one whole expression, for fields that otherwise take no text.
    static var expressionSchema: Value { ["type": "string", "pattern": #"^\s*\$\{\{[\s\S]*\}\}\s*$"#] }
}
