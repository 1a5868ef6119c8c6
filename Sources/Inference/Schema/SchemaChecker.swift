import Jinja

/// One check of one value.
struct SchemaChecker {
    let schema: JSONSchema
    private(set) var findings: [Finding] = []
    private var known: Set<Finding> = []
    private var limit: Int

    private var path: [ValuePath.Step] = []
    /// The resources that the schemas at work stand in, the outermost first: what `$dynamicRef` looks through.
    private var scope: [Int] = []
    private var depth = 0
    private var steps = 0
    /// Set where the check cannot be brought to an end: it then counts for nothing.
    private var halt: JSONSchema.Violation?

    /// What is wrong, and what else is known of that.
    struct Finding: Hashable {
        enum Kind: Hashable {
            case type
            case constant
            case other
        }

        let violation: JSONSchema.Violation
        let kind: Kind
        /// The length of its path.
        let depth: Int
    }

    init(_ schema: JSONSchema, limit: Int) {
        self.schema = schema
        self.limit = limit
    }

    mutating func violations(of value: Value) -> [JSONSchema.Violation] {
        _ = check(schema.root, value)
        if let halt { return [halt] }
        return findings.map(\.violation)
    }

    /// - Returns: What the schema has looked at; `nil` where the value does not fit.
    mutating func check(_ index: Int, _ value: Value) -> SeenParts? {
        steps += 1
        guard depth < SchemaLimits.depth else { return stop("is nested too deeply to be checked") }
        guard steps < SchemaLimits.steps else { return stop("takes too long to be checked") }
        let resource = schema.nodes[index].resource
        let isOtherResource = scope.last != resource
        if isOtherResource { scope.append(resource) }
        depth += 1
        defer {
            depth -= 1
            if isOtherResource { scope.removeLast() }
        }
        var seen = SeenParts()
        var fits = true
        for rule in schema.nodes[index].rules where !isOver {
            if !fits, rule.isLastWord { break }
            guard !check(rule, value, &seen) else { continue }
            fits = false
            // What else is to be said of a value that is of another kind would only mislead.
            if rule.isAboutKind { break }
        }
        return fits && !isOver ? seen : nil
    }

    private mutating func check(_ rule: SchemaRule, _ value: Value, _ seen: inout SeenParts) -> Bool {
        switch rule {
        case .never: return refuse("is not allowed")
        case .values(let values, let identities):
            return identities.contains(JSONIdentity(value)) || refuse(value, notAmong: values)
        case .types(let types):
            return types.contains { $0.holds(value) } || refuse(Wording.types(types, not: value), kind: .type)
        case .number(let rule): return value.number == nil || check(rule, value)
        case .string(let rule): return value.string.map { check(rule, $0) } ?? true
        case .array(let rule): return value.list.map { check(rule, $0, &seen) } ?? true
        case .object(let rule): return value.mapping.map { check(rule, $0, value, &seen) } ?? true
        case .combination(let rule): return check(rule, value, &seen)
        }
    }

    private mutating func refuse(_ value: Value, notAmong values: [Value]) -> Bool {
        refuse(Wording.choice(of: values, not: value), kind: values.count == 1 ? .constant : .other)
    }

    private mutating func refuse(_ message: String, kind: Finding.Kind = .other) -> Bool {
        report(message, kind: kind)
        return false
    }

    /// Checks a part of the value that is at hand.
    mutating func check(_ index: Int, _ part: Value, at step: ValuePath.Step) -> Bool {
        path.append(step)
        defer { path.removeLast() }
        return check(index, part) != nil
    }

    /// Whether nothing more needs to be found out.
    var isOver: Bool { findings.count >= limit || halt != nil }

    /// The length of the path to the value at hand.
    var pathLength: Int { path.count }

    /// The path to the value at hand.
    var pathText: String { ValuePath.text(of: path) }

    mutating func report(_ message: String, kind: Finding.Kind = .other) {
        let violation = JSONSchema.Violation(path: pathText, message: message)
        adopt([Finding(violation: violation, kind: kind, depth: path.count)])
    }

    /// Takes over what an attempt found. Two schemas that find the same say it once.
    mutating func adopt(_ others: [Finding]) {
        for finding in others where findings.count < limit && known.insert(finding).inserted {
            findings.append(finding)
        }
    }

    /// Gives the check up.
    mutating func stop(_ message: String) -> SeenParts? {
        if halt == nil { halt = JSONSchema.Violation(path: pathText, message: message) }
        return nil
    }

    /// Checks without counting what does not fit as wrong.
    mutating func attempt(_ index: Int, _ value: Value, atMost most: Int = 1) -> Attempt {
        let kept = (findings, known, limit)
        (findings, known, limit) = ([], [], most)
        let seen = check(index, value)
        let attempt = Attempt(seen: seen, findings: findings)
        (findings, known, limit) = kept
        return attempt
    }

    struct Attempt {
        /// `nil` where the value does not fit.
        let seen: SeenParts?
        let findings: [Finding]
    }

    /// The node that a reference leads to from here.
    func target(of link: Int) -> Int {
        let link = schema.links[link]
        guard let name = link.dynamicAnchor else { return link.node }
        return scope.lazy.compactMap { schema.resources[$0].dynamicAnchors[name] }.first ?? link.node
    }
}

extension SchemaRule {
    /// Whether it is about what the others have left over, which nobody knows where one of them failed.
    fileprivate var isLastWord: Bool {
        switch self {
        case .array(.unevaluated), .object(.unevaluated): true
        default: false
        }
    }

    fileprivate var isAboutKind: Bool {
        switch self {
        case .values, .types: true
        default: false
        }
    }
}

extension SchemaType {
    func holds(_ value: Value) -> Bool {
        switch (self, value) {
        case (.array, .list), (.array, .tuple), (.boolean, .boolean), (.null, .null), (.object, .mapping),
            (.string, .string), (.number, .number), (.number, .integer), (.integer, .integer):
            true
        case (.integer, .number(let number)): number.rounded() == number && number.isFinite
        default: false
        }
    }
}

/// The parts of a value that a schema has looked at, for `unevaluatedItems` and `unevaluatedProperties`.
struct SeenParts {
    private var keys: Set<String> = []
    private var items: Set<Int> = []
    private var firstItems = 0

    mutating func add(key: String) { keys.insert(key) }
    mutating func add(item: Int) { items.insert(item) }
    mutating func add(firstItems count: Int) { firstItems = max(firstItems, count) }

    func has(key: String) -> Bool { keys.contains(key) }
    func has(item: Int) -> Bool { item < firstItems || items.contains(item) }

    mutating func formUnion(_ other: SeenParts) {
        keys.formUnion(other.keys)
        items.formUnion(other.items)
        firstItems = max(firstItems, other.firstItems)
    }
}
