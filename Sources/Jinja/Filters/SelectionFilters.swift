import OrderedCollections

extension Builtins {
    /// Filters that apply another filter or a test to each element.
    static let selectionFilters: [String: Filter] = [
        "map": Filter.withAnyArguments({ value, arguments, renderer throws(TemplateError) in
            let items = value.isTruthy ? try renderer.items(of: value) : []
            if items.isEmpty { return .list([]) }
            let change = try mapping(arguments, renderer)
            var results: [Value] = []
            results.reserveCapacity(items.count)
            for item in items {
                try renderer.step()
                results.append(try change(item))
            }
            return .list(results)
        }),
        "select": selection(byAttribute: false, keeps: true),
        "reject": selection(byAttribute: false, keeps: false),
        "selectattr": selection(byAttribute: true, keeps: true),
        "rejectattr": selection(byAttribute: true, keeps: false),
    ]

    private static func mapping(
        _ arguments: Arguments, _ renderer: Renderer
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value {
        if arguments.positional.isEmpty, let attribute = arguments.named["attribute"] {
            if let other = arguments.named.keys.first(where: { $0 != "attribute" && $0 != "default" }) {
                throw TemplateError(
                    .argument, "`map` has no argument `\(other)`",
                    suggestion: nearest(other, among: ["attribute", "default"]))
            }
            let fallback = arguments.named["default"].flatMap { $0.isNull ? Value?.none : $0 }
            let path = try AttributePath(attribute, default: fallback)
            return { (item) throws(TemplateError) in
                let value = try path.value(of: item, renderer)
                // A missing attribute is an error here, not only when the result is used: the list would hide it.
                if renderer.convention == .json { try renderer.refuseStrictUndefined(value) }
                return value
            }
        }
        guard case .string(let name)? = arguments.positional.first else {
            throw TemplateError(.argument, "`map` needs the name of a filter, or `attribute=`")
        }
        let filter = filters[name]
        guard filter != nil || renderer.environment.hasFilter(name) else {
            throw renderer.environment.unknownFilter(name)
        }
        let rest = Arguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
        return { (item) throws(TemplateError) in
            try renderer.apply(filter: name, filter, to: item, rest, SourceRange(offset: 0, length: 0))
        }
    }

    private static func selection(byAttribute: Bool, keeps: Bool) -> Filter {
        Filter.withAnyArguments({ value, arguments, renderer throws(TemplateError) in
            let items = value.isTruthy ? try renderer.items(of: value) : []
            if items.isEmpty { return .list([]) }
            var rest = arguments.positional[...]
            var path = try AttributePath(nil)
            if byAttribute {
                guard let attribute = rest.popFirst() else {
                    throw TemplateError(.argument, "the name of an attribute is missing")
                }
                path = try AttributePath(attribute)
            }
            let test = try self.test(&rest, arguments.named, renderer)
            var results: [Value] = []
            for item in items {
                try renderer.step()
                let holds = try test(try path.value(of: item, renderer))
                if holds == keeps { results.append(item) }
            }
            return .list(results)
        })
    }

    /// The test that is named first; without one, whether a value counts as true.
    private static func test(
        _ rest: inout ArraySlice<Value>, _ named: Mapping, _ renderer: Renderer
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Bool {
        guard let first = rest.popFirst() else {
            return { (value) throws(TemplateError) in
                try renderer.refuseStrictUndefined(value)
                return value.isTruthy
            }
        }
        guard case .string(let name) = first else {
            throw TemplateError(.type, "the name of a test is a string, not \(first.kindPhrase)")
        }
        let test = tests[name]
        guard test != nil || renderer.environment.hasTest(name) else { throw renderer.environment.unknownTest(name) }
        let arguments = Arguments(positional: Array(rest), named: named)
        return { (value) throws(TemplateError) in
            if test?.takesUndefined != true { try renderer.refuseStrictUndefined(value) }
            return try renderer.apply(test: name, test, to: value, arguments, SourceRange(offset: 0, length: 0))
        }
    }
}
