/// Finds the names that a template takes from outside.
struct NameAnalysis {
    private let source: SourceText
    private(set) var references: [Reference] = []
    /// The names that each open scope has bound so far.
    private var bound: [[String: Binding]] = [[:]]
    /// What conditions around the current place have made sure of: paths that exist there.
    var assumptions: [Path] = []

    struct Path {
        let name: String
        let keys: [Reference.Key]
    }

    /// What a bound name stands for.
    private enum Binding {
        case ownValue
        /// An element of a list that comes from outside, as `x` in `{% for x in steps.a.files %}`.
        case element(Origin)
    }

    /// Something that comes from outside, by the name and the keys that lead to it.
    struct Origin {
        let name: String
        let path: [Reference.Segment]
    }

    init(_ source: SourceText) { self.source = source }

    mutating func open() { bound.append([:]) }
    mutating func close() { bound.removeLast() }
    mutating func bind(_ name: String) { bound[bound.count - 1][name] = .ownValue }

    /// Binds a name to the elements of a list, where it is known which list that is.
    mutating func bind(_ target: AssignmentTarget, toElementsOf items: any ExpressionNode) {
        if case .name(let name, _) = target, let origin = elements(of: items) {
            bound[bound.count - 1][name] = .element(origin)
        } else {
            bind(target)
        }
    }

    private func binding(of name: String) -> Binding? { bound.reversed().lazy.compactMap { $0[name] }.first }

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
        let (segments, rest) = path(operations)
        let origin: Origin
        switch binding(of: node.name) {
        case nil: origin = Origin(name: node.name, path: [])
        case .ownValue: return
        case .element(let element): origin = element
        }
        noteAttributes(of: Origin(name: origin.name, path: origin.path + segments), rest, node)
        // Of an element alone, nothing can be wrong.
        guard origin.path.isEmpty || !segments.isEmpty else { return }
        let place = source.original(node.place)
        let isCalled = segments.isEmpty && rest.first is CallOperation
        let keys = segments.map(\.key)
        let isAssumed = assumptions.contains { assumed in
            assumed.name == node.name && (assumed.keys.starts(with: keys) || keys.starts(with: assumed.keys))
        }
        references.append(
            Reference(
                name: origin.name, offset: place.offset, length: place.length, path: origin.path + segments,
                given: origin.path.count, isCalled: isCalled && origin.path.isEmpty,
                isGuarded: isAssumed || rest.first.map(Self.guards) ?? false))
    }

    /// Filters that leave the elements of a list as they are.
    private static let keepingElements: Set<String> = [
        "list", "sort", "reverse", "select", "reject", "selectattr", "rejectattr", "unique",
    ]

    /// The list, where the node is a path to one, with nothing but filters that keep its elements behind it.
    private func elements(of node: any ExpressionNode) -> Origin? {
        let name: NameNode
        var segments: [Reference.Segment] = []
        switch node {
        case let plain as NameNode: name = plain
        case let postfix as PostfixNode:
            guard let base = postfix.base as? NameNode else { return nil }
            let (found, rest) = path(postfix.operations[...])
            let keepsElements = rest.allSatisfy { operation in
                (operation as? FilterOperation).map { Self.keepingElements.contains($0.name) } ?? false
            }
            guard keepsElements, !found.contains(where: \.isCalled) else { return nil }
            (name, segments) = (base, found)
        default: return nil
        }
        let element = Reference.Segment(key: .index(0), offset: 0, length: 0, isCalled: false)
        switch binding(of: name.name) {
        case nil: return Origin(name: name.name, path: segments + [element])
        case .ownValue: return nil
        case .element(let origin): return Origin(name: origin.name, path: origin.path + segments + [element])
        }
    }

    /// Notes the attributes that filters take of the elements of a list: `steps.a.items | map(attribute="b.c")`.
    private mutating func noteAttributes(
        of list: Origin, _ operations: ArraySlice<any PostfixOperation>, _ node: NameNode
    ) {
        let place = source.original(node.place)
        for operation in operations {
            guard let filter = operation as? FilterOperation else { return }
            if let (attribute, isGuarded) = filter.elementAttribute {
                var offset = source.original(attribute.place).offset + 1
                var path = list.path + [Reference.Segment(key: .index(0), offset: 0, length: 0, isCalled: false)]
                let given = path.count
                for part in attribute.text.split(separator: ".", omittingEmptySubsequences: false) {
                    path.append(
                        Reference.Segment(
                            key: Int(part).map { .index($0) } ?? .name(String(part)), offset: offset,
                            length: part.utf8.count, isCalled: false))
                    offset += part.utf8.count + 1
                }
                references.append(
                    Reference(
                        name: list.name, offset: place.offset, length: place.length, path: path, given: given,
                        isCalled: false, isGuarded: isGuarded))
            }
            guard Self.keepingElements.contains(filter.name) else { return }
        }
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

extension FilterOperation {
    /// The attribute of a list's elements that the filter looks at, where it stands there as one text; guarded where an
    /// element need not have it.
    fileprivate var elementAttribute: (attribute: (text: String, place: SourceRange), isGuarded: Bool)? {
        let takesItFirst = ["selectattr", "rejectattr", "groupby", "sum"].contains(name)
        let takesItByName = ["map", "sort", "groupby", "sum", "join", "min", "max", "unique"].contains(name)
        let node =
            takesItByName ? arguments.named.first { $0.name == "attribute" }?.value : nil
        guard let constant = (node ?? (takesItFirst ? arguments.positional.first : nil)) as? ConstantNode,
            case .string(let text) = constant.value, !text.isEmpty, !text.contains(",")
        else { return nil }
        let asks = (arguments.positional.dropFirst().first as? ConstantNode)?.value.string
        let isGuarded =
            arguments.named.contains { $0.name == "default" }
            || (name.hasSuffix("attr") && (asks == "defined" || asks == "undefined"))
        return ((text, constant.place), isGuarded)
    }
}
