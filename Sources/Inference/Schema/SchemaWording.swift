import Jinja

/// The sentences of violations. They use JSON's words, as language models read them.
enum Wording {
    static func types(_ types: [SchemaType], not value: Value) -> String {
        var names: [String] = []
        for type in types where !names.contains(type.phrase) { names.append(type.phrase) }
        return "must be \(joined(names, by: "or")), not \(value.schemaPhrase)"
    }

    static func choice(of values: [Value], not value: Value) -> String {
        guard let first = values.first else { return "is not allowed" }
        guard values.count > 1 else { return "must be \(short(first)), not \(short(value))" }
        let most = 20
        let rest = values.count > most ? " (or \(values.count - most) more)" : ""
        let shown = values.prefix(most).map { short($0) }.joined(separator: ", ")
        return "must be one of \(shown)\(rest), not \(short(value))"
    }

    static func refused(_ keys: [String], allowed: [String]) -> String {
        let most = 20
        let names = joined(keys.prefix(most).map(quoted) + (keys.count > most ? ["\(keys.count - most) more"] : []))
        let verb = keys.count == 1 ? "is" : "are"
        let hint =
            allowed.isEmpty || allowed.count > most
            ? "" : "; it may have \(joined(allowed.map(quoted)))"
        return "has the \(keys.count == 1 ? "key" : "keys") \(names), which \(verb) not allowed\(hint)"
    }

    /// - Parameter noun: In the singular.
    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    static func joined(_ words: [String], by conjunction: String = "and") -> String {
        guard words.count > 1, let last = words.last else { return words.joined() }
        return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }

    static func quoted(_ key: String) -> String { short(.string(key)) }

    /// The value as JSON, cut where it is long.
    static func short(_ value: Value) -> String { shortened(value.json(.spaced)) }

    static func shortened(_ text: String) -> String {
        let most = 80
        // The count of a long text is not worth its walk.
        guard let end = text.index(text.startIndex, offsetBy: most, limitedBy: text.endIndex), end < text.endIndex
        else {
            return text
        }
        return "\(text[..<end])…"
    }
}

extension SchemaType {
    fileprivate var phrase: String {
        switch self {
        case .null: "null"
        case .array, .integer, .object: "an \(rawValue)"
        case .boolean, .number, .string: "a \(rawValue)"
        }
    }
}

extension Value {
    /// What JSON calls the value, with its text where it is short.
    var schemaPhrase: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "the boolean \(value)"
        case .integer, .number: "the number \(json())"
        case .string: "the string \(Wording.short(self))"
        case .list, .tuple: "an array"
        case .mapping: "an object"
        case .undefined, .callable, .transient: kindPhrase
        }
    }
}
