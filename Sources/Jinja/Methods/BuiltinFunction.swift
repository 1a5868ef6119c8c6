import OrderedCollections

/// Jinja's global functions, and the one that chat templates expect besides.
enum BuiltinFunction: String, CaseIterable, Sendable {
    case range
    case dict
    case namespace
    case cycler
    case joiner
    case raiseException = "raise_exception"
}

/// Gives values in turn, as `cycler('odd', 'even')`.
struct Cycler {
    let values: [Value]
    var index = 0

    var current: Value { values[index] }

    mutating func call(_ method: String) throws(TemplateError) -> Value {
        switch method {
        case "next":
            defer { index = (index + 1) % values.count }
            return current
        case "reset":
            index = 0
            return .null
        default: throw TemplateError(.undefined, "a cycler has no method `\(method)`")
        }
    }
}

extension Renderer {
    func call(_ function: BuiltinFunction, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch function {
        case .range: return try range(arguments)
        case .dict: return .mapping(try mapping(arguments, callee: "dict"))
        case .namespace:
            namespaces.append(try mapping(arguments, callee: "namespace"))
            madeTransients = true
            return .transient(Transient(kind: .namespace, index: namespaces.count - 1))
        case .cycler:
            guard !arguments.positional.isEmpty else {
                throw TemplateError(.argument, "`cycler` needs the values to take in turn")
            }
            madeTransients = true
            cyclers.append(Cycler(values: arguments.positional))
            return .transient(Transient(kind: .cycler, index: cyclers.count - 1))
        case .joiner:
            let bound = try BoundArguments(arguments, to: ["sep"], required: 0, callee: "joiner")
            madeTransients = true
            joiners.append((bound[0] ?? .string(", "), false))
            return .transient(Transient(kind: .joiner, index: joiners.count - 1))
        case .raiseException:
            let bound = try BoundArguments(arguments, to: ["message"], required: 1, callee: "raise_exception")
            throw TemplateError(.raised, try text(bound[0] ?? .null))
        }
    }

    private func range(_ arguments: Arguments) throws(TemplateError) -> Value {
        let bound = try BoundArguments(arguments, to: ["start", "stop", "step"], required: 1, callee: "range")
        let hasStop = bound[1] != nil
        let start = hasStop ? try bound.integer(0) : 0
        let stop = try bound.integer(hasStop ? 1 : 0)
        let step = try bound.integer(2, default: 1)
        guard step != 0 else { throw TemplateError(.argument, "the step of `range` cannot be 0") }
        let count = Self.rangeCount(start, stop, step)
        guard count <= limits.steps - min(steps, limits.steps) else {
            throw TemplateError(
                .limit, "`range` would make \(count) elements, more than the limit of \(limits.steps) steps allows")
        }
        try checkCount(count)
        return .list((0..<count).map { .integer(start + $0 * step) })
    }

    /// How many numbers a range has; the largest integer where there are more.
    private static func rangeCount(_ start: Int, _ stop: Int, _ step: Int) -> Int {
        guard step > 0 ? start < stop : start > stop else { return 0 }
        // The distance may be larger than any Int, but never than any UInt.
        let distance = UInt(bitPattern: step > 0 ? stop &- start : start &- stop)
        return Int(clamping: (distance - 1) / step.magnitude + 1)
    }

    /// What `dict` and `namespace` are made of: a mapping or pairs, and named arguments.
    private func mapping(_ arguments: Arguments, callee: String) throws(TemplateError) -> Mapping {
        guard arguments.positional.count <= 1 else {
            throw TemplateError(.argument, "`\(callee)` takes at most one plain argument")
        }
        var entries: Mapping = [:]
        if let first = arguments.positional.first { entries = try self.entries(of: first, callee: callee) }
        for (name, value) in arguments.named { entries[name] = value }
        try checkCount(entries.count)
        try checkNesting(of: .mapping(entries))
        return entries
    }

    /// A mapping's entries, or those that a list of pairs spells out.
    func entries(of value: Value, callee: String) throws(TemplateError) -> Mapping {
        switch value {
        case .mapping(let entries): return entries
        case .transient(let handle) where handle.kind == .namespace: return namespaces[handle.index]
        case .list(let pairs), .tuple(let pairs):
            var entries: Mapping = [:]
            for pair in pairs {
                guard let pair = pair.list, pair.count == 2, case .string(let key) = pair[0] else {
                    throw TemplateError(.type, "`\(callee)` needs pairs of a string and a value")
                }
                entries[key] = pair[1]
            }
            return entries
        default:
            try refuseUndefined(value)
            throw TemplateError(.type, "`\(callee)` needs a mapping or a list of pairs, not \(value.kindPhrase)")
        }
    }
}
