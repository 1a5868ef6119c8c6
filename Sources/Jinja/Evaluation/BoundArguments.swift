import OrderedCollections

/// The arguments of a built-in filter, test, method or function, sorted to its parameters.
struct BoundArguments {
    let callee: String
    let names: [String]
    private let values: [Value?]

    /// - Throws: Code `argument` for missing, superfluous and unknown arguments.
    init(_ arguments: Arguments, to names: [String], required: Int, callee: String) throws(TemplateError) {
        guard arguments.positional.count <= names.count else {
            let most = names.isEmpty ? "no argument" : "at most \(names.count) argument\(names.count == 1 ? "" : "s")"
            throw TemplateError(.argument, "`\(callee)` takes \(most), not \(arguments.positional.count)")
        }
        var values: [Value?] = arguments.positional
        values += Array(repeating: nil, count: names.count - arguments.positional.count)
        for (name, value) in arguments.named {
            guard let index = names.firstIndex(of: name) else {
                throw TemplateError(
                    .argument, "`\(callee)` has no argument `\(name)`", suggestion: nearest(name, among: names))
            }
            guard values[index] == nil else {
                throw TemplateError(.argument, "`\(callee)` gets the argument `\(name)` twice")
            }
            values[index] = value
        }
        for index in 0..<min(required, names.count) where values[index] == nil {
            throw TemplateError(.argument, "`\(callee)` needs the argument `\(names[index])`")
        }
        self.callee = callee
        self.names = names
        self.values = values
    }

    /// The argument at a place, where it is given.
    subscript(index: Int) -> Value? { values[index] }

    func isNullOrMissing(_ index: Int) -> Bool {
        guard let value = values[index] else { return true }
        return value.isNull
    }

    /// - Throws: Code `type` where the argument is no integer.
    func integer(_ index: Int, default fallback: Int = 0) throws(TemplateError) -> Int {
        guard let value = values[index] else { return fallback }
        switch value {
        case .integer(let number): return number
        case .boolean(let flag): return flag ? 1 : 0
        default: throw wrongType(index, value, "an integer")
        }
    }

    /// `nil` where the argument is missing or null.
    func optionalInteger(_ index: Int) throws(TemplateError) -> Int? {
        isNullOrMissing(index) ? nil : try integer(index)
    }

    func string(_ index: Int, default fallback: String = "") throws(TemplateError) -> String {
        guard let value = values[index] else { return fallback }
        guard case .string(let text) = value else { throw wrongType(index, value, "a string") }
        return text
    }

    func optionalString(_ index: Int) throws(TemplateError) -> String? {
        isNullOrMissing(index) ? nil : try string(index)
    }

    func flag(_ index: Int, default fallback: Bool = false) -> Bool { values[index]?.isTruthy ?? fallback }

    func wrongType(_ index: Int, _ value: Value, _ expected: String) -> TemplateError {
        TemplateError(
            .type, "the argument `\(names[index])` of `\(callee)` must be \(expected), not \(value.kindPhrase)")
    }
}
