import OrderedCollections

extension Renderer {
    /// The methods of lists, tuples and mappings that change nothing.
    func callMethod(
        _ name: String, ofContainer value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        if case .mapping(let entries) = value { return try callMethod(name, of: entries, arguments) }
        guard let values = value.list else { throw TemplateError(.type, "\(value.kindPhrase) has no methods") }
        func bind(_ names: [String], required: Int) throws(TemplateError) -> BoundArguments {
            try BoundArguments(arguments, to: names, required: required, callee: name)
        }
        try charge(values.count)
        switch name {
        case "copy":
            _ = try bind([], required: 0)
            return value
        case "count":
            let wanted = try bind(["value"], required: 1)[0] ?? .null
            var count = 0
            for value in values where try equal(value, wanted) { count += 1 }
            return .integer(count)
        case "index":
            let bound = try bind(["value", "start", "stop"], required: 1)
            let wanted = bound[0] ?? .null
            let range = SliceIndices(
                count: values.count, try bound.optionalInteger(1), try bound.optionalInteger(2), 1)
            for index in range where try equal(values[index], wanted) { return .integer(index) }
            throw TemplateError(.argument, "the list does not contain the value that `index` looks for")
        default: throw TemplateError(.undefined, "\(value.kindPhrase) has no method `\(name)`")
        }
    }

    private func callMethod(_ name: String, of entries: Mapping, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        func bind(_ names: [String], required: Int) throws(TemplateError) -> BoundArguments {
            try BoundArguments(arguments, to: names, required: required, callee: name)
        }
        switch name {
        case "get":
            let bound = try bind(["key", "default"], required: 1)
            try refuseStrictUndefined(bound[0] ?? .null)
            guard case .string(let key)? = bound[0] else { return bound[1] ?? .null }
            return entries[key] ?? bound[1] ?? .null
        case "items":
            _ = try bind([], required: 0)
            return try pairs(of: entries)
        case "keys":
            _ = try bind([], required: 0)
            try checkCount(entries.count)
            return .list(entries.keys.map { .string($0) })
        case "values":
            _ = try bind([], required: 0)
            try checkCount(entries.count)
            return .list(Array(entries.values))
        case "copy":
            _ = try bind([], required: 0)
            return .mapping(entries)
        default: throw TemplateError(.undefined, "a mapping has no method `\(name)`")
        }
    }

    /// Keys with their values, as tuples.
    func pairs(of entries: Mapping) throws(TemplateError) -> Value {
        try checkCount(entries.count * 2)
        var pairs: [Value] = []
        pairs.reserveCapacity(entries.count)
        for (key, value) in entries { pairs.append(tuple([.string(key), value])) }
        return .list(pairs)
    }
}
