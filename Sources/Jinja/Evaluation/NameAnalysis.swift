/// Finds the names that a template takes from outside.
struct NameAnalysis {
    private let source: SourceText
    private(set) var references: [Reference] = []
    /// The names that each open scope has bound so far.
    private var bound: [Set<String>] = [[]]
    /// What conditions around the current place have made sure of: paths that exist there.
    var assumptions: [Path] = []

    struct Path {
        let name: String
        let keys: [Reference.Key]
    }

    init(_ source: SourceText) { self.source = source }

    mutating func open() { bound.append([]) }
    mutating func close() { bound.removeLast() }
    mutating func bind(_ name: String) { bound[bound.count - 1].insert(name) }

    mutating func bind(_ target: AssignmentTarget) {
        for name in target.names { bind(name) }
    }

    mutating func visit(_ statements: [any StatementNode]) {
        for statement in statements { statement.analyse(&self) }
    }

    mutating func visit(_ filters: [FilterOperation]) {
        for filter in filters { filter.analyse(&self) }
    }

    /// Notes a name and the literal part of what follows it.
    mutating func use(_ node: NameNode, operations: ArraySlice<any PostfixOperation>) {
        guard !bound.contains(where: { $0.contains(node.name) }) else { return }
        let (segments, rest) = path(operations)
        let place = source.original(node.place)
        let isCalled = segments.isEmpty && rest.first is CallOperation
        let keys = segments.map(\.key)
        let isAssumed = assumptions.contains { assumed in
            assumed.name == node.name && (assumed.keys.starts(with: keys) || keys.starts(with: assumed.keys))
        }
        references.append(
            Reference(
                name: node.name, offset: place.offset, length: place.length, path: segments, isCalled: isCalled,
                isGuarded: isAssumed || rest.first.map(Self.guards) ?? false))
    }

    private static func guards(_ operation: any PostfixOperation) -> Bool {
        switch operation {
        case let filter as FilterOperation: filter.name == "default" || filter.name == "d"
        case let test as TestOperation: test.name == "defined" || test.name == "undefined"
        default: false
        }
    }

    private func path(
        _ operations: ArraySlice<any PostfixOperation>
    ) -> ([Reference.Segment], ArraySlice<any PostfixOperation>) {
        var segments: [Reference.Segment] = []
        var rest = operations
        while let operation = rest.first {
            let key: Reference.Key
            var place = operation.place
            switch operation {
            case let attribute as AttributeOperation: key = .name(attribute.name)
            case let item as ItemOperation:
                guard let constant = item.key as? ConstantNode else { return (segments, rest) }
                place = constant.place
                switch constant.value {
                case .string(let name): key = .name(name)
                case .integer(let index): key = .index(index)
                default: return (segments, rest)
                }
            default: return (segments, rest)
            }
            rest = rest.dropFirst()
            let isCalled = rest.first is CallOperation
            let original = source.original(place)
            segments.append(
                Reference.Segment(key: key, offset: original.offset, length: original.length, isCalled: isCalled))
        }
        return (segments, rest)
    }

    /// Notes what is known where a condition is true, or where it is false.
    mutating func assume(_ condition: any ExpressionNode, is outcome: Bool) {
        switch condition {
        case let logic as LogicNode where logic.isAnd == outcome:
            for operand in logic.operands { assume(operand, is: outcome) }
        case let negation as NotNode: assume(negation.operand, is: outcome == negation.isTwice)
        case let postfix as PostfixNode:
            guard let name = postfix.base as? NameNode else { return }
            let (segments, rest) = path(postfix.operations[...])
            guard rest.count == 1, let test = rest.first as? TestOperation else { return }
            let holds = outcome != test.isNegated
            if (test.name == "defined" && holds) || (test.name == "undefined" && !holds) {
                assumptions.append(Path(name: name.name, keys: segments.map(\.key)))
            }
        default: break
        }
    }
}
