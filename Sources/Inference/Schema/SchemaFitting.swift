import Jinja
import OrderedCollections

/// Brings a value into the form that a schema asks for, where only the form is wrong: `"5"` where a number is asked for,
/// `Billing.` where `billing` is one of the values, one item where a list is.
///
/// What fits is left as it is, and what has no clear meaning too: the check tells then what is wrong.
struct SchemaFitting {
    let schema: JSONSchema
    private(set) var repairs: Set<AnswerRepair> = []
    private var depth = 0
    private let hasFormats: Bool

    init(_ schema: JSONSchema) {
        self.schema = schema
        hasFormats = schema.hasFormats
    }

    mutating func fitted(_ value: Value) -> Value { fit(value, schema.root) }

    mutating func note(_ repair: AnswerRepair) { repairs.insert(repair) }

    /// What a text that is JSON of a list or a mapping says; `nil` for every other value.
    static func decoded(_ value: Value) -> Value? {
        guard let text = value.string?.drop(while: \.isWhitespace), text.first == "{" || text.first == "[" else {
            return nil
        }
        return try? Value(json: String(text))
    }

    func fits(_ value: Value, _ node: Int) -> Bool {
        var checker = SchemaChecker(schema, limit: 1)
        return checker.check(node, value) != nil
    }

    /// The value where it fits.
    func fitting(_ value: Value, _ node: Int) -> Value? {
        // Not with `?:`, in which `nil` would be the value null.
        guard fits(value, node) else { return nil }
        return value
    }

    mutating func fit(_ value: Value, _ node: Int) -> Value {
        guard depth < SchemaLimits.depth, hasFormats || !fits(value, node) else { return value }
        depth += 1
        defer { depth -= 1 }
        var value = value
        if schema.nodes[node].format == "date", let date = value.string.flatMap(WrittenDate.standard),
            date != value.string
        {
            note(.dateSpelling)
            value = .string(date)
        }
        for rule in schema.nodes[node].rules { value = apply(rule, to: value, of: node) }
        return value
    }

    private mutating func apply(_ rule: SchemaRule, to value: Value, of node: Int) -> Value {
        switch rule {
        case .types(let types): types.contains { $0.holds(value) } ? value : converted(value, to: types, of: node)
        case .values(let values, let identities):
            identities.contains(JSONIdentity(value)) ? value : spelled(value, among: values)
        case .array(.elements(let first, let rest)):
            value.list.map { elements(of: $0, first: first, rest: rest) } ?? value
        case .object(.members(let members)):
            value.mapping.map { self.members(of: $0, members, of: node) } ?? value
        case .combination(let rule): combined(value, rule)
        default: value
        }
    }

    // MARK: Structures

    private mutating func elements(of list: [Value], first: [Int], rest: Int?) -> Value {
        .list(
            list.enumerated().map { index, element in
                let node = first.indices.contains(index) ? first[index] : rest
                return node.map { fit(element, $0) } ?? element
            })
    }

    private mutating func members(of entries: Mapping, _ members: SchemaMembers, of node: Int) -> Value {
        var entries = renamed(entries, members)
        if let inner = unwrapped(entries, members, of: node) { return inner }
        for (key, child) in members.named {
            if let value = entries[key] { entries[key] = fit(value, child) }
        }
        if let others = members.others {
            let unknown = entries.keys.filter { key in
                members.named[key] == nil && !members.matching.contains { $0.pattern.matches(key) == true }
            }
            for key in unknown {
                guard let value = entries[key] else { continue }
                if schema.nodes[others].refusesAll {
                    note(.extraKey)
                    entries.removeValue(forKey: key)
                } else {
                    entries[key] = fit(value, others)
                }
            }
        }
        return .mapping(entries)
    }

    /// Keys in another spelling than those that the schema has, `dueDate` for `due_date`, get that one.
    private mutating func renamed(_ entries: Mapping, _ members: SchemaMembers) -> Mapping {
        let missing = members.named.keys.filter { entries[$0] == nil }
        guard !missing.isEmpty else { return entries }
        var names: [String: String] = [:]
        for key in missing {
            let spelled = entries.keys.filter { members.named[$0] == nil && Spelling.plain($0) == Spelling.plain(key) }
            if spelled.count == 1 { names[spelled[0]] = key }
        }
        guard !names.isEmpty else { return entries }
        note(.keySpelling)
        return Mapping(uniqueKeysWithValues: entries.map { (names[$0.key] ?? $0.key, $0.value) })
    }

    /// `{"result": {…}}` where only what is inside fits.
    private mutating func unwrapped(_ entries: Mapping, _ members: SchemaMembers, of node: Int) -> Value? {
        guard entries.count == 1, let entry = entries.elements.first, members.named[entry.key] == nil else {
            return nil
        }
        let inner = Self.decoded(entry.value) ?? entry.value
        guard inner.mapping != nil else { return nil }
        return attempt(.wrapped) { fitting in
            let value = fitting.fit(inner, node)
            return fitting.fitting(value, node)
        }
    }

    private mutating func combined(_ value: Value, _ rule: CombinationRule) -> Value {
        switch rule {
        case .all(let nodes): return nodes.reduce(value) { fit($0, $1) }
        case .any(let nodes), .one(let nodes):
            if nodes.contains(where: { fits(value, $0) }) { return value }
            for node in nodes {
                let fitted = attempt(nil) { fitting in
                    let fitted = fitting.fit(value, node)
                    return fitting.fitting(fitted, node)
                }
                if let fitted { return fitted }
            }
            return value
        case .reference(let link): return fit(value, schema.links[link].node)
        case .condition(let test, let then, let otherwise):
            return (fits(value, test) ? then : otherwise).map { fit(value, $0) } ?? value
        case .not: return value
        }
    }

    /// Tries something, and forgets what it noted where it came to nothing.
    mutating func attempt(_ repair: AnswerRepair?, _ body: (inout SchemaFitting) -> Value?) -> Value? {
        let before = repairs
        if let value = body(&self) {
            if let repair { note(repair) }
            return value
        }
        repairs = before
        return nil
    }
}
