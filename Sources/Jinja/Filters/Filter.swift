import OrderedCollections

/// One of Jinja's filters: its parameters as a call may name them, and what it does.
struct Filter: Sendable {
    typealias Body = @Sendable (Value, BoundArguments, Renderer) throws(TemplateError) -> Value
    typealias FreeBody = @Sendable (Value, Arguments, Renderer) throws(TemplateError) -> Value

    private enum Kind: Sendable {
        case bound(parameters: [String], required: Int, Body)
        case free(FreeBody)
    }

    private let kind: Kind
    private let takesUndefined: Bool

    init(
        _ parameters: [String] = [], required: Int = 0, takesUndefined: Bool = false, _ body: @escaping Body
    ) {
        kind = .bound(parameters: parameters, required: required, body)
        self.takesUndefined = takesUndefined
    }

    /// A filter that takes its arguments as they come, such as `map` and `format`.
    static func withAnyArguments(_ body: @escaping FreeBody) -> Filter { Filter(.free(body)) }

    private init(_ kind: Kind) {
        self.kind = kind
        takesUndefined = false
    }

    func callAsFunction(
        _ value: Value, _ arguments: Arguments, _ name: String, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        if !takesUndefined {
            try renderer.refuseStrictUndefined(value)
            for argument in arguments.positional { try renderer.refuseStrictUndefined(argument) }
            for argument in arguments.named.values { try renderer.refuseStrictUndefined(argument) }
        }
        switch kind {
        case .bound(let parameters, let required, let body):
            let bound = try BoundArguments(arguments, to: parameters, required: required, callee: name)
            return try body(value, bound, renderer)
        case .free(let body): return try body(value, arguments, renderer)
        }
    }
}

/// One of Jinja's tests.
struct Test: Sendable {
    typealias Body = @Sendable (Value, BoundArguments, Renderer) throws(TemplateError) -> Bool

    let parameters: [String]
    /// Whether the test has an answer for what is undefined.
    let takesUndefined: Bool
    let body: Body

    init(_ parameters: [String] = [], takesUndefined: Bool = false, _ body: @escaping Body) {
        self.parameters = parameters
        self.takesUndefined = takesUndefined
        self.body = body
    }

    func callAsFunction(
        _ value: Value, _ arguments: Arguments, _ name: String, _ renderer: Renderer
    ) throws(TemplateError) -> Bool {
        if !takesUndefined { try renderer.refuseStrictUndefined(value) }
        for argument in arguments.positional { try renderer.refuseStrictUndefined(argument) }
        for argument in arguments.named.values { try renderer.refuseStrictUndefined(argument) }
        let bound = try BoundArguments(arguments, to: parameters, required: parameters.count, callee: name)
        return try body(value, bound, renderer)
    }
}

/// The filters and tests of Jinja 3.1 that concern data and text.
enum Builtins {
    static let filters: [String: Filter] = [
        textFilters, layoutFilters, numberFilters, listFilters, selectionFilters, orderFilters, dataFilters,
    ].reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }

    /// Filters of Jinja that are left out, and why.
    static let leftOutFilters = [
        "random": "the filter `random` is not offered: the same data must give the same text",
        "xmlattr": "the filter `xmlattr` is not offered: it writes HTML",
        "urlize": "the filter `urlize` is not offered: it writes HTML",
    ]
}

extension Renderer {
    func apply(
        filter name: String, _ builtin: Filter?, to value: Value, _ arguments: Arguments, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        if !environment.filters.isEmpty, let own = environment.filters[name] {
            var arguments = arguments
            arguments.positional.insert(value, at: 0)
            return try call(.callable(own), arguments, place)
        }
        guard let builtin else { throw environment.unknownFilter(name) }
        return try builtin(value, arguments, name, self)
    }

    func apply(
        test name: String, _ builtin: Test?, to value: Value, _ arguments: Arguments, _ place: SourceRange
    ) throws(TemplateError) -> Bool {
        if !environment.tests.isEmpty, let own = environment.tests[name] {
            var arguments = arguments
            arguments.positional.insert(value, at: 0)
            return try call(.callable(own), arguments, place).isTruthy
        }
        guard let builtin else { throw environment.unknownTest(name) }
        return try builtin(value, arguments, name, self)
    }
}
