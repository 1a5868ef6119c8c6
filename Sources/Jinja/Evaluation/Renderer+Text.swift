import OrderedCollections

extension Renderer {
    /// A value as it stands inside text: strings as themselves, the rest by the convention.
    func text(_ value: Value) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .integer(let value): return String(value)
        case .number(let value) where value.isFinite: return NumberText.shortest(value)
        case .undefined where value.isLenientUndefined: return ""
        default: break
        }
        var writer = ValueWriter(layout: ValueLayout(), dialect: convention == .python ? .python : .json)
        return try write(value, &writer, isStrict: convention == .json)
    }

    /// JSON by a layout. What has no place in JSON is an error.
    func json(_ value: Value, _ layout: ValueLayout) throws(TemplateError) -> String {
        var writer = ValueWriter(layout: layout, dialect: .json)
        return try write(value, &writer, isStrict: true)
    }

    /// Python's `repr`.
    func representation(_ value: Value) throws(TemplateError) -> String {
        var writer = ValueWriter(layout: ValueLayout(), dialect: .python)
        return try write(value, &writer, isStrict: false)
    }

    private func write(_ value: Value, _ writer: inout ValueWriter, isStrict: Bool) throws(TemplateError) -> String {
        let value = isStrict ? resolvingNamespaces(value) : value
        writer.byteLimit = limits.outputBytes
        writer.resolve = { [self] in describe($0) }
        writer.write(value)
        if let undefined = writer.undefined, isStrict || !undefined.isLenient { throw error(for: undefined) }
        if isStrict, let value = writer.unwritable {
            throw TemplateError(.type, "\(value.kindPhrase) cannot be written as JSON")
        }
        if writer.isOverLimit { try checkLength(writer.output) }
        try charge(text: writer.output.utf8.count)
        return writer.output
    }

    private func resolvingNamespaces(_ value: Value) -> Value {
        guard case .transient(let handle) = value, handle.kind == .namespace else { return value }
        return .mapping(namespaces[handle.index])
    }

    /// What Python would show for a handle.
    private func describe(_ handle: Transient) -> String {
        switch handle.kind {
        case .namespace:
            var writer = ValueWriter(layout: ValueLayout(), dialect: .python)
            writer.byteLimit = limits.outputBytes
            writer.write(.mapping(namespaces[handle.index]))
            return "<Namespace \(writer.output)>"
        case .loop where loops.indices.contains(handle.index):
            let loop = loops[handle.index]
            return "<LoopContext \(loop.index + 1)/\(loop.values.count)>"
        case .macro: return "<Macro '\(macros[handle.index].macro.name)'>"
        default: return "<\(handle.kind.name)>"
        }
    }

    /// The result of an expression as data: tuples become lists, namespaces mappings.
    ///
    /// - Throws: Code `undefined` for what is not there, `type` for functions and loops.
    func settled(_ value: Value) throws(TemplateError) -> Value {
        guard madeTransients || value.isCallableValue else { return value }
        return try deeplySettled(value)
    }

    private func deeplySettled(_ value: Value) throws(TemplateError) -> Value {
        guard !stack.isExhausted else { throw TemplateError(.limit, "the result is nested too deeply") }
        switch value {
        case .undefined where value.isLenientUndefined: return .null
        case .undefined: try refuseUndefined(value)
        case .list(let values), .tuple(let values):
            try checkCount(values.count)
            var settledValues: [Value] = []
            settledValues.reserveCapacity(values.count)
            for value in values { settledValues.append(try deeplySettled(value)) }
            return .list(settledValues)
        case .mapping(var entries):
            try checkCount(entries.count)
            for index in entries.values.indices {
                entries.values[index] = try deeplySettled(entries.values[index])
            }
            return .mapping(entries)
        case .transient(let handle) where handle.kind == .namespace:
            return try deeplySettled(.mapping(namespaces[handle.index]))
        case .callable, .transient:
            throw TemplateError(.type, "\(value.kindPhrase) is no value; call it with `(…)`")
        default: break
        }
        return value
    }
}

extension Value {
    fileprivate var isCallableValue: Bool {
        switch self {
        case .callable, .transient: true
        default: false
        }
    }
}
