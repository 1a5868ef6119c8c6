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
        case .string: "text" + lengths + form
        case .integer: "a whole number" + bounds
        case .number: "a number" + bounds
        case .boolean: "true or false"
        case .path: "a path" + lengths + form
        case .choice: "one of " + options.map { "`\($0)`" }.joined(separator: ", ")
        case .json: "JSON"
        }
    }

    private var form: String { pattern.map { " that matches `\($0)`" } ?? "" }

    private var lengths: String {
        switch (shortest, longest) {
        case (nil, nil): ""
        case (let least?, nil): " of at least \(least) characters"
        case (nil, let most?): " of at most \(most) characters"
        case (let least?, let most?): " of \(least) to \(most) characters"
        }
    }

    private var bounds: String {
        switch (minimum?.written, maximum?.written) {
        case (nil, nil): ""
        case (let least?, nil): " of at least \(least)"
        case (nil, let most?): " of at most \(most)"
        case (let least?, let most?): " from \(least) to \(most)"
        }
    }

    /// Whether a value of the right type is within the bounds.
    private func fits(_ value: Value) -> Bool {
        if let number = value.number, kind == .integer || kind == .number {
            return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
        }
        guard let text = value.string, kind == .string || kind == .path else { return true }
        let count = text.count
        guard count >= shortest ?? 0, count <= longest ?? .max else { return false }
        // That the pattern is one was checked when the file was read.
        guard let pattern, let regex = try? Regex(pattern) else { return true }
        return text.wholeMatch(of: regex) != nil
    }

    /// What holds when the input is not given.
    package var fallback: Value {
        defaultValue?.constantValue ?? .null
    }

    /// Judges a value with a type.
    package func accept(_ value: Value) -> Result<Value, InputMismatch> {
        typed(value).flatMap(bounded)
    }

    private func bounded(_ value: Value) -> Result<Value, InputMismatch> {
        fits(value) ? .success(value) : .failure(InputMismatch(expected: expected, found: shown(value)))
    }

    private func typed(_ value: Value) -> Result<Value, InputMismatch> {
        switch (kind, value) {
        case (.json, _), (.string, .string), (.path, .string), (.integer, .integer), (.number, .integer),
            (.number, .number), (.boolean, .boolean):
            return .success(value)
        case (.string, .integer), (.string, .number), (.string, .boolean):
            return .success(.string(value.json(.compact)))
        case (.choice, .string(let text)) where options.contains(text): return .success(value)
        case (.choice, .integer), (.choice, .number), (.choice, .boolean):
            let text = value.json(.compact)
            guard options.contains(text) else { fallthrough }
            return .success(.string(text))
        default: return .failure(InputMismatch(expected: expected, found: shown(value)))
        }
    }

    /// Reads a value from the text that a shell gives.
    package func read(_ text: String) -> Result<Value, InputMismatch> {
        // A line end behind a number that is piped in is not meant.
        let text = kind == .string || kind == .path ? text : text.withoutLineEnd
        let value: Value? =
            switch kind {
            case .string, .path: .string(text)
            case .choice: options.contains(text) ? .string(text) : nil
            case .integer: Int(text).map { .integer($0) }
            case .number: Int(text).map { .integer($0) } ?? Double(text).flatMap { $0.isFinite ? .number($0) : nil }
            case .boolean: ["true": true, "yes": true, "false": false, "no": false][text].map { .boolean($0) }
            case .json: try? Value(json: text)
            }
        return value.map(bounded) ?? .failure(InputMismatch(expected: expected, found: shown(.string(text))))
    }

    private func shown(_ value: Value) -> String {
        let json = value.json(.compact)
        return json.count > 60 ? json.prefix(57) + "…" : json
    }
}

extension TemplatedValue {
    /// The value, where it holds no expression.
    package var constantValue: Value? {
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

extension String {
    fileprivate var withoutLineEnd: String { last?.isNewline == true ? String(dropLast()) : self }
}
