import OrderedCollections

extension Value {
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The value, where it is a boolean.
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The value, where it is an integer. `1.0` is not.
    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    /// The value as a floating-point number, where it is an integer or a number.
    package var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The value, where it is a string.
    package var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The elements, where the value is a list or a tuple.
    package var list: [Value]? {
        switch self {
        case .list(let values), .tuple(let values): values
        default: nil
        }
    }

    /// The entries, where the value is a mapping.
    package var mapping: Mapping? { if case .mapping(let entries) = self { entries } else { nil } }

    /// The value of a key, where this is a mapping that has it.
    package subscript(key: String) -> Value? {
        if case .mapping(let entries) = self { entries[key] } else { nil }
    }

    /// The element at an index from 0, where this is a list that is long enough.
    package subscript(index: Int) -> Value? {
        guard let list, list.indices.contains(index) else { return nil }
        return list[index]
    }

    /// The methods that templates can call on a value of this kind, in order.
    package var methodNames: [String] { Methods.names(of: self).sorted() }

    /// Whether the value counts as true in a condition: all but `false`, `null`, zero and what is empty.
    ///
    /// An undefined value counts as false here; inside a template, asking for it is an error.
    package var isTruthy: Bool {
        switch self {
        case .null, .undefined: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let values), .tuple(let values): !values.isEmpty
        case .mapping(let entries): !entries.isEmpty
        case .callable, .transient: true
        }
    }

    /// What a user calls a value of this kind.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .list: "list"
        case .mapping: "mapping"
        case .undefined: "undefined"
        case .callable: "function"
        case .tuple: "tuple"
        case .transient(let handle): handle.kind.name
        }
    }

    /// The kind of the value with its article, as sentences need it: "an integer", "null".
    package var kindPhrase: String {
        switch self {
        case .null, .undefined: typeName
        case .integer: "an integer"
        default: "a \(typeName)"
        }
    }
}

extension Transient.Kind {
    var name: String {
        switch self {
        case .namespace: "namespace"
        case .loop: "loop"
        case .macro: "macro"
        case .method: "method"
        case .cycler: "cycler"
        case .joiner: "joiner"
        }
    }
}
