import OrderedCollections

extension Builtins {
    /// Filters on values of any kind.
    static let dataFilters: [String: Filter] = [
        "default": fallback, "d": fallback,
        "attr": Filter(["name"], required: 1) { value, arguments, renderer throws(TemplateError) in
            let name = try arguments.string(0)
            let place = SourceRange(offset: 0, length: 0)
            // Keys are not attributes here, as in jinja2; a workflow's mappings have nothing but keys.
            if renderer.convention == .python, case .mapping = value, !renderer.isMethod(name, of: value) {
                return renderer.undefined(.member(name, owner: nil, kind: "value", names: []), place)
            }
            return try renderer.attribute(name, of: value, nil, place)
        },
        "items": Filter(takesUndefined: true) { value, _, renderer throws(TemplateError) in
            switch value {
            case .undefined: return .list([])
            case .mapping(let entries): return try renderer.pairs(of: entries)
            default: throw TemplateError(.type, "`items` needs a mapping, not \(value.kindPhrase)")
            }
        },
        "tojson": Filter(["indent", "ensure_ascii", "separators", "sort_keys"]) {
            value, arguments, renderer throws(TemplateError) in
            .string(try renderer.json(value, try layout(arguments)))
        },
        "pprint": Filter { value, _, renderer throws(TemplateError) in
            .string(
                renderer.convention == .python
                    ? try renderer.representation(value)
                    : try renderer.json(value, ValueLayout(.pretty(indent: 2))))
        },
    ]

    private static let fallback = Filter(["default_value", "boolean"], takesUndefined: true) {
        value, arguments, renderer throws(TemplateError) in
        if value.isUndefined { return arguments[0] ?? "" }
        if arguments.flag(1), !(try renderer.truth(of: value)) { return arguments[0] ?? "" }
        return value
    }

    private static func layout(_ arguments: BoundArguments) throws(TemplateError) -> ValueLayout {
        var layout = ValueLayout()
        if !arguments.isNullOrMissing(0) {
            if case .string(let margin)? = arguments[0] {
                layout.indentation = ScalarText(margin).prefix(64)
            } else {
                layout.indentation = String(repeating: " ", count: min(max(try arguments.integer(0), 0), 64))
            }
            layout.itemSeparator = ","
        }
        if !arguments.isNullOrMissing(2) {
            guard let pair = arguments[2]?.list, pair.count == 2, case .string(let item) = pair[0],
                case .string(let key) = pair[1]
            else { throw TemplateError(.argument, "the argument `separators` of `tojson` is a pair of strings") }
            layout.itemSeparator = item
            layout.keySeparator = key
        }
        layout.escapesUnicode = arguments.flag(1)
        layout.sortsKeys = arguments.flag(3)
        return layout
    }
}
