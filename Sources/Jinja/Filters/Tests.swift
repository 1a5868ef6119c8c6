import OrderedCollections

extension Builtins {
    /// Tests that look at what kind of value there is; those on undefined values say false, as in jinja2.
    static let tests: [String: Test] = kindTests.merging(valueTests) { first, _ in first }

    private static let kindTests: [String: Test] = [
        "defined": Test(takesUndefined: true) { value, _, _ in !value.isUndefined },
        "undefined": Test(takesUndefined: true) { value, _, _ in value.isUndefined },
        "none": Test(takesUndefined: true) { value, _, _ in value.isNull },
        "boolean": Test(takesUndefined: true) { value, _, _ in value.boolean != nil },
        "true": Test(takesUndefined: true) { value, _, _ in value.boolean == true },
        "false": Test(takesUndefined: true) { value, _, _ in value.boolean == false },
        "integer": Test(takesUndefined: true) { value, _, _ in value.integer != nil },
        "float": Test(takesUndefined: true) { value, _, _ in if case .number = value { true } else { false } },
        "number": Test(takesUndefined: true) { value, _, _ in Numeric(value) != nil },
        "string": Test(takesUndefined: true) { value, _, _ in value.string != nil },
        "mapping": Test(takesUndefined: true) { value, _, _ in value.mapping != nil },
        "sequence": Test(takesUndefined: true) { value, _, _ in
            switch value {
            case .list, .tuple, .string, .mapping: true
            case .undefined(let value): value.isLenient
            default: false
            }
        },
        "iterable": Test { value, _, _ in
            switch value {
            case .list, .tuple, .string, .mapping: true
            case .transient(let handle): handle.kind == .loop
            case .undefined: true
            default: false
            }
        },
        "callable": Test(takesUndefined: true) { value, _, _ in
            switch value {
            case .callable, .undefined: true
            case .transient(let handle): handle.kind != .namespace && handle.kind != .cycler
            default: false
            }
        },
        "escaped": Test(takesUndefined: true) { _, _, _ in false },
    ]

    private static let valueTests: [String: Test] = {
        var tests: [String: Test] = [
            "odd": Test { value, _, _ throws(TemplateError) in try remainder(value, .integer(2), "odd") == .integer(1)
            },
            "even": Test { value, _, _ throws(TemplateError) in
                try remainder(value, .integer(2), "even") == .integer(0)
            },
            "divisibleby": Test(["num"]) { value, arguments, _ throws(TemplateError) in
                try remainder(value, arguments[0] ?? .null, "divisibleby") == .integer(0)
            },
            "lower": Test { value, _, renderer throws(TemplateError) in try renderer.text(value).isLowercaseText },
            "upper": Test { value, _, renderer throws(TemplateError) in try renderer.text(value).isUppercaseText },
            "sameas": Test(["other"], takesUndefined: true) { value, arguments, _ in
                value == (arguments[0] ?? .null)
            },
            "in": Test(["seq"]) { value, arguments, renderer throws(TemplateError) in
                try renderer.contains(arguments[0] ?? .null, value)
            },
            "filter": Test { value, _, renderer in value.string.map(renderer.environment.hasFilter) ?? false },
            "test": Test { value, _, renderer in value.string.map(renderer.environment.hasTest) ?? false },
        ]
        let comparisons: [(Comparison, [String])] = [
            (.equal, ["==", "eq", "equalto"]), (.notEqual, ["!=", "ne"]), (.less, ["<", "lt", "lessthan"]),
            (.lessOrEqual, ["<=", "le"]), (.greater, [">", "gt", "greaterthan"]), (.greaterOrEqual, [">=", "ge"]),
        ]
        for (comparison, names) in comparisons {
            let test = Test(["other"]) { value, arguments, renderer throws(TemplateError) in
                try renderer.compare(comparison, value, arguments[0] ?? .null)
            }
            for name in names { tests[name] = test }
        }
        return tests
    }()

    /// What is left after a division, as a number: 0 and 0.0 are the same here.
    private static func remainder(_ value: Value, _ divisor: Value, _ name: String) throws(TemplateError) -> Numeric? {
        guard let left = Numeric(value), let right = Numeric(divisor) else {
            throw TemplateError(
                .type, "`\(name)` needs numbers, not \(value.kindPhrase) and \(divisor.kindPhrase)")
        }
        return Numeric(try Arithmetic.modulo(left, right))
    }
}

extension Value {
    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    /// Whether this is undefined but counts as empty: see ``UndefinedRule``.
    var isLenientUndefined: Bool { if case .undefined(let value) = self { value.isLenient } else { false } }
}
