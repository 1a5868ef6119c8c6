import OrderedCollections

/// What templates can use besides their data: global functions, filters and tests.
///
/// Every environment has those of Jinja; a caller's own come first where the names are the same.
package struct Environment: Sendable {
    /// Values and functions that templates find by name after their data.
    package var globals: Mapping
    /// Filters of the caller's own: the filtered value is the first argument.
    package var filters: [String: Callable]
    /// Tests of the caller's own: the tested value is the first argument, and the result counts as true or false.
    package var tests: [String: Callable]

    /// - Parameter globals: Added to Jinja's own `range`, `dict`, `namespace`, `cycler`, `joiner` and `raise_exception`.
    package init(
        globals: Mapping = [:], filters: [String: Callable] = [:], tests: [String: Callable] = [:]
    ) {
        self.globals = Self.builtinGlobals.merging(globals) { _, own in own }
        self.filters = filters
        self.tests = tests
    }

    package static let standard = Environment()

    private static let builtinGlobals = Mapping(
        uniqueKeysWithValues: BuiltinFunction.allCases.map { ($0.rawValue, .callable(Callable($0))) })

    /// Offers a function by its name.
    package mutating func add(_ function: Callable) { globals[function.name] = .callable(function) }

    /// The names of all filters, in order.
    package var filterNames: [String] { Set(Builtins.filters.keys).union(filters.keys).sorted() }

    /// The names of all tests, in order.
    package var testNames: [String] { Set(Builtins.tests.keys).union(tests.keys).sorted() }

    func hasFilter(_ name: String) -> Bool { Builtins.filters[name] != nil || filters[name] != nil }
    func hasTest(_ name: String) -> Bool { Builtins.tests[name] != nil || tests[name] != nil }

    func unknownFilter(_ name: String) -> TemplateError {
        if let reason = Builtins.leftOutFilters[name] { return TemplateError(.undefined, reason) }
        return TemplateError(
            .undefined, "there is no filter `\(name)`", suggestion: nearest(name, among: filterNames))
    }

    func unknownTest(_ name: String) -> TemplateError {
        TemplateError(.undefined, "there is no test `\(name)`", suggestion: nearest(name, among: testNames))
    }
}
