package import Jinja
import OrderedCollections

/// A value that an input does not take.
package struct InputMismatch: Error, Sendable {
    package var expected: String
    package var found: String
}

extension InputDeclaration {
    /// What the input takes, in words.
    package var expected: String {
        switch kind {
        case .string: "text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .path: "a path"
        case .choice: "one of " + options.map { "`\($0)`" }.joined(separator: ", ")
        case .json: "JSON"
        }
    }

    /// What holds when the input is not given.
    package var fallback: Value {
        defaultValue?.constantValue ?? .null
    }

    /// Judges a value with a type.
    package func accept(_ value: Value) -> Result<Value, InputMismatch> {
        switch (kind, value) {
        case (.json, _), (.string, .string), (.path, .string), (.integer, .integer), (.number, .integer),
            (.number, .number), (.boolean, .boolean):
            return .success(value)
        case (.string, .integer), (.string, .number), (.string, .boolean):
            return .success(.string(value.json(.compact)))
        case (.choice, .string(let text)) where options.contains(text): return .success(value)
        default: return .failure(InputMismatch(expected: expected, found: shown(value)))
        }
    }

    /// Reads a value from the text that a shell gives.
    package func read(_ text: String) -> Result<Value, InputMismatch> {
        let value: Value? =
            switch kind {
            case .string, .path: .string(text)
            case .choice: options.contains(text) ? .string(text) : nil
            case .integer: Int(text).map { .integer($0) }
            case .number: Int(text).map { .integer($0) } ?? Double(text).flatMap { $0.isFinite ? .number($0) : nil }
            case .boolean: ["true": true, "yes": true, "false": false, "no": false][text].map { .boolean($0) }
            case .json: try? Value(json: text)
            }
        return value.map { .success($0) } ?? .failure(InputMismatch(expected: expected, found: shown(.string(text))))
    }

    private func shown(_ value: Value) -> String {
        let json = value.json(.compact)
        return json.count > 60 ? json.prefix(57) + "…" : json
    }
}

extension TemplatedValue {
    /// The value, where it holds no expression.
    var constantValue: Value? {
        switch self {
        case .constant(let value): return value
        case .text(.constant(let text)): return .string(text)
        case .expression, .text: return nil
        case .list(let elements):
            var values: [Value] = []
            for element in elements {
                guard let value = element.constantValue else { return nil }
                values.append(value)
            }
            return .list(values)
        case .mapping(let entries):
            var values: Mapping = [:]
            for (key, element) in entries {
                guard let value = element.constantValue else { return nil }
                values[key] = value
            }
            return .mapping(values)
        }
    }
}
