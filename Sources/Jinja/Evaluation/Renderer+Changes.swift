import OrderedCollections

extension Renderer {
    /// Changes a variable in place: the list or mapping that the keys lead to.
    ///
    /// Values are not shared in this language: what was assigned to another name before stays as it was. (In Python both
    /// names would see the change.) A variable that came from the caller is copied first.
    func mutate(
        _ name: String, _ keys: ArraySlice<Value>, _ place: SourceRange,
        _ body: (inout Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        var current: Scope? = scope
        while let scope = current {
            if let index = scope.index(of: name) {
                if case .transient(let handle)? = scope.value(of: name), handle.kind == .namespace,
                    case .string(let key)? = keys.first, var value = namespaces[handle.index][key]
                {
                    namespaces[handle.index][key] = .null
                    defer { namespaces[handle.index][key] = value }
                    return try Self.change(&value, keys.dropFirst(), body)
                }
                return try scope.change(at: index) { (value) throws(TemplateError) in
                    try Self.change(&value, keys, body)
                }
            }
            current = scope.parent
        }
        var value = lookUp(name, place)
        try refuseUndefined(value)
        defer { outermost.set(name, value) }
        return try Self.change(&value, keys, body)
    }

    private static func change(
        _ value: inout Value, _ keys: ArraySlice<Value>, _ body: (inout Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        guard let key = keys.first else { return try body(&value) }
        // The container is taken out while its element changes, so that it is not copied.
        switch (value, key) {
        case (.list(var values), .integer(let index)):
            let position = index < 0 ? index + values.count : index
            guard values.indices.contains(position) else { break }
            value = .null
            defer { value = .list(values) }
            return try change(&values[position], keys.dropFirst(), body)
        case (.mapping(var entries), .string(let name)):
            guard let index = entries.index(forKey: name) else { break }
            value = .null
            defer { value = .mapping(entries) }
            return try change(&entries.values[index], keys.dropFirst(), body)
        default: break
        }
        throw TemplateError(.type, "what is changed here is no list and no mapping")
    }
}
