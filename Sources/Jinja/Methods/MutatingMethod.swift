import OrderedCollections

/// The methods that change a list or a mapping in place, as `{% do list.append(x) %}`.
enum MutatingMethod: String {
    case append
    case extend
    case insert
    case remove
    case reverse
    case sort
    case clear
    case pop
    case popitem
    case setdefault
    case update

    static let names: Set<String> = [
        "append", "extend", "insert", "remove", "reverse", "sort", "clear", "pop", "popitem", "setdefault", "update",
    ]

    init?(_ name: String, of value: Value) {
        guard let method = MutatingMethod(rawValue: name), Methods.exists(name, on: value) else { return nil }
        switch value {
        case .list, .mapping: self = method
        default: return nil
        }
    }

    func callAsFunction(
        _ value: inout Value, _ arguments: Arguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        switch value {
        case .list(var values):
            value = .null
            defer { value = .list(values) }
            let hasRoom = values.capacity > values.count
            let before = values.withUnsafeBufferPointer(\.baseAddress)
            let result = try change(&values, arguments, renderer)
            // A list that moved although it had room was shared, and was copied.
            if hasRoom, before != values.withUnsafeBufferPointer(\.baseAddress) {
                try renderer.charge(values.count / 4)
            }
            return result
        case .mapping(var entries):
            value = .null
            defer { value = .mapping(entries) }
            // Whether a mapping is shared, and so copied, cannot be seen: some of the copy is counted in any case.
            try renderer.charge(entries.count / 64)
            let result = try change(&entries, arguments, renderer)
            return result
        default: throw TemplateError(.undefined, "\(value.kindPhrase) has no method `\(rawValue)`")
        }
    }

    private func bind(_ arguments: Arguments, _ names: [String], required: Int) throws(TemplateError) -> BoundArguments
    {
        try BoundArguments(arguments, to: names, required: required, callee: rawValue)
    }

    private func change(
        _ values: inout [Value], _ arguments: Arguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        switch self {
        case .append:
            let element = try bind(arguments, ["object"], required: 1)[0] ?? .null
            try renderer.checkNesting(of: .list([element]))
            values.append(element)
        case .extend:
            let more = try renderer.items(of: try bind(arguments, ["iterable"], required: 1)[0] ?? .null)
            try renderer.checkCount(more.count)
            values += more
        case .insert:
            let bound = try bind(arguments, ["index", "object"], required: 2)
            let index = try bound.integer(0)
            try renderer.checkNesting(of: .list([bound[1] ?? .null]))
            try renderer.charge(values.count / 16)
            values.insert(
                bound[1] ?? .null,
                at: min(max(index < 0 ? max(index, -values.count) + values.count : index, 0), values.count))
        case .remove:
            let wanted = try bind(arguments, ["value"], required: 1)[0] ?? .null
            try renderer.charge(values.count)
            for index in values.indices where try renderer.equal(values[index], wanted) {
                values.remove(at: index)
                return .null
            }
            throw TemplateError(.argument, "the list does not contain the value that `remove` takes out")
        case .reverse: values.reverse()
        case .sort:
            let bound = try bind(arguments, ["reverse"], required: 0)
            values = try renderer.sorted(values, by: values, reverse: bound.flag(0))
        case .clear: values = []
        case .pop:
            let index = try bind(arguments, ["index"], required: 0).integer(0, default: -1)
            let position = index < 0 ? max(index, -values.count - 1) + values.count : index
            guard values.indices.contains(position) else {
                throw TemplateError(
                    .argument, values.isEmpty ? "`pop` finds nothing in an empty list" : "`pop` finds no such index")
            }
            if position < values.count - 1 { try renderer.charge(values.count / 16) }
            return values.remove(at: position)
        case .popitem, .setdefault, .update:
            throw TemplateError(.undefined, "a list has no method `\(rawValue)`")
        }
        return .null
    }

    private func change(
        _ entries: inout Mapping, _ arguments: Arguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        switch self {
        case .clear: entries = [:]
        case .pop:
            let bound = try bind(arguments, ["key", "default"], required: 1)
            let key = try bound.string(0)
            try renderer.charge(entries.count / 16)
            if let value = entries.removeValue(forKey: key) { return value }
            if let fallback = bound[1] { return fallback }
            throw TemplateError(
                .argument, "the mapping has no key `\(key)` to take out", suggestion: nearest(key, among: entries.keys))
        case .popitem:
            guard let last = entries.elements.last else {
                throw TemplateError(.argument, "`popitem` finds nothing in an empty mapping")
            }
            entries.removeLast()
            return renderer.tuple([.string(last.key), last.value])
        case .setdefault:
            let bound = try bind(arguments, ["key", "default"], required: 1)
            let key = try bound.string(0)
            if let value = entries[key] { return value }
            try renderer.checkNesting(of: .list([bound[1] ?? .null]))
            entries[key] = bound[1] ?? .null
            return bound[1] ?? .null
        case .update:
            var more: Mapping = [:]
            if let first = arguments.positional.first { more = try renderer.entries(of: first, callee: "update") }
            guard arguments.positional.count <= 1 else {
                throw TemplateError(.argument, "`update` takes at most one plain argument")
            }
            for (name, value) in arguments.named { more[name] = value }
            try renderer.checkCount(more.count)
            try renderer.checkNesting(of: .mapping(more))
            for (key, value) in more { entries[key] = value }
        case .append, .extend, .insert, .remove, .reverse, .sort:
            throw TemplateError(.undefined, "a mapping has no method `\(rawValue)`")
        }
        return .null
    }
}
