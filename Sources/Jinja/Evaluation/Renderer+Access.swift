import OrderedCollections

extension Renderer {
    /// `value.name`. In Python's convention a method comes before a key, in the JSON convention there are only keys: a
    /// method is found where it is called.
    func attribute(
        _ name: String, of value: Value, _ owner: SourceRange?, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        try refuseUndefined(value)
        switch value {
        case .mapping(let entries):
            if convention == .python, isMethod(name, of: value) { return bind(method: name, of: value) }
            if let found = entries[name] { return found }
            return undefined(.member(name, owner: owner, kind: "mapping", names: entries.keys), place)
        case .transient(let handle):
            if let found = attribute(name, of: handle, place) { return found }
            let names: OrderedSet<String> =
                switch handle.kind {
                case .namespace: namespaces[handle.index].keys
                case .loop: OrderedSet(LoopState.names)
                default: []
                }
            return undefined(.member(name, owner: owner, kind: handle.kind.name, names: names), place)
        case .tuple(let values) where values.count == 2 && (name == "grouper" || name == "list"):
            // The groups of `groupby` have names for their two parts.
            return values[name == "grouper" ? 0 : 1]
        default:
            if isMethod(name, of: value) { return bind(method: name, of: value) }
            return undefined(
                .member(
                    name, owner: owner, kind: value.typeName, names: OrderedSet(Methods.names(of: value).sorted())),
                place)
        }
    }

    private func attribute(_ name: String, of handle: Transient, _ place: SourceRange) -> Value? {
        switch handle.kind {
        case .namespace: return namespaces[handle.index][name]
        case .loop:
            guard loops.indices.contains(handle.index) else { return nil }
            if LoopState.methods.contains(name) { return bind(method: name, of: .transient(handle)) }
            return loops[handle.index].attribute(name, self, place)
        case .macro:
            let macro = macros[handle.index].macro
            switch name {
            case "name": return .string(macro.name)
            case "arguments": return tuple(macro.parameters.map { .string($0.name) })
            case "catch_kwargs": return .boolean(macro.takesMoreNamed)
            case "catch_varargs": return .boolean(macro.takesMorePositional)
            case "caller": return .boolean(macro.takesCaller)
            default: return nil
            }
        case .cycler:
            if name == "current" { return cyclers[handle.index].current }
            guard ["next", "reset"].contains(name) else { return nil }
            return bind(method: name, of: .transient(handle))
        case .method, .joiner: return nil
        }
    }

    func isMethod(_ name: String, of value: Value) -> Bool {
        if case .mapping(let entries) = value, convention == .json, entries[name] != nil { return false }
        return Methods.exists(name, on: value)
    }

    private func bind(method name: String, of value: Value) -> Value {
        madeTransients = true
        methods.append(BoundMethod(name: name, receiver: value))
        return .transient(Transient(kind: .method, index: methods.count - 1))
    }

    /// `value[key]`.
    func item(
        _ key: Value, of value: Value, _ owner: SourceRange?, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        try refuseUndefined(value)
        try refuseUndefined(key)
        switch (value, key) {
        case (.mapping(let entries), .string(let name)):
            if let found = entries[name] { return found }
            if convention == .python, isMethod(name, of: value) { return bind(method: name, of: value) }
            return undefined(.member(name, owner: owner, kind: "mapping", names: entries.keys), place)
        case (.list(let values), .integer(let index)), (.tuple(let values), .integer(let index)):
            let position = index < 0 ? index + values.count : index
            if values.indices.contains(position) { return values[position] }
            return undefined(.index(index, owner: owner, count: values.count), place)
        case (.string(let text), .integer(let index)):
            try charge(text: text.utf8.count)
            if let scalar = ScalarText(text).scalar(at: index) { return .string(String(Character(scalar))) }
            return undefined(.index(index, owner: owner, count: text.unicodeScalars.count), place)
        case (.list, .boolean(let flag)), (.tuple, .boolean(let flag)), (.string, .boolean(let flag)):
            return try item(.integer(flag ? 1 : 0), of: value, owner, place)
        case (_, .string(let name)): return try attribute(name, of: value, owner, place)
        default:
            let shown = (try? representation(key)) ?? key.typeName
            return undefined(.member(shown, owner: owner, kind: value.typeName, names: []), place)
        }
    }

    /// `value[start:end:step]` of lists, tuples and strings.
    func slice(_ value: Value, from start: Int?, to end: Int?, step: Int?) throws(TemplateError) -> Value {
        guard step != 0 else { throw TemplateError(.argument, "the step of a slice cannot be 0") }
        switch value {
        case .list(let values):
            let indices = SliceIndices(count: values.count, start, end, step ?? 1)
            try checkCount(indices.count)
            return .list(indices.map { values[$0] })
        case .tuple(let values):
            let indices = SliceIndices(count: values.count, start, end, step ?? 1)
            try checkCount(indices.count)
            return tuple(indices.map { values[$0] })
        case .string(let text):
            try charge(text: text.utf8.count)
            return .string(ScalarText(text).slice(start, end, step ?? 1))
        default:
            return undefined(
                .hint("\(value.kindPhrase) cannot be sliced"), SourceRange(offset: 0, length: 0))
        }
    }

    /// What a loop over the value goes through: elements, keys, or the characters of a string.
    func items(of value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .list(let values), .tuple(let values): return values
        case .mapping(let entries):
            try checkCount(entries.count)
            return entries.keys.map { .string($0) }
        case .string(let text):
            try checkCount(text.utf8.count)
            return text.unicodeScalars.map { .string(String(Character($0))) }
        case .transient(let handle) where handle.kind == .loop && loops.indices.contains(handle.index):
            return loops[handle.index].values
        case .undefined where value.isLenientUndefined: return []
        default:
            try refuseUndefined(value)
            throw TemplateError(
                .type, "\(value.kindPhrase) cannot be gone through: a list, a mapping or a string is needed")
        }
    }

    /// The number of elements, keys or characters.
    func length(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .list(let values), .tuple(let values): return values.count
        case .mapping(let entries): return entries.count
        case .string(let text):
            try charge(text: text.utf8.count)
            return text.unicodeScalars.count
        case .transient(let handle) where handle.kind == .loop && loops.indices.contains(handle.index):
            return loops[handle.index].values.count
        case .undefined where value.isLenientUndefined: return 0
        default:
            try refuseUndefined(value)
            throw TemplateError(.type, "\(value.kindPhrase) has no length")
        }
    }
}

/// The indices of a slice, in order, by Python's rules: bounds may lie anywhere.
struct SliceIndices: Sequence, IteratorProtocol {
    private var index: Int
    private let step: Int
    private(set) var count: Int

    /// - Parameter step: Not 0.
    init(count length: Int, _ start: Int?, _ end: Int?, _ step: Int) {
        // No step can be longer than the whole.
        self.step = Swift.min(Swift.max(step, -length - 1), length + 1)
        let isForward = step > 0
        func position(_ bound: Int) -> Int {
            let shifted = bound < 0 ? Swift.max(bound, -length - 1) + length : bound
            return Swift.min(Swift.max(shifted, isForward ? 0 : -1), isForward ? length : length - 1)
        }
        let first = start.map(position) ?? (isForward ? 0 : length - 1)
        let last = end.map(position) ?? (isForward ? length : -1)
        let distance = isForward ? last - first : first - last
        count = distance > 0 ? (distance - 1) / abs(self.step) + 1 : 0
        index = first
    }

    mutating func next() -> Int? {
        guard count > 0 else { return nil }
        defer {
            count -= 1
            index += step
        }
        return index
    }
}
