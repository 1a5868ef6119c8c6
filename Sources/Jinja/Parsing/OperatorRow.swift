/// What stands between two operands.
enum BinaryOperator {
    case or
    case and
    case comparison(Comparison)
    case concatenate
    case arithmetic(Arithmetic)

    /// From the loosest to the tightest. `not` stands between `and` and the comparisons.
    var level: Int {
        switch self {
        case .or: 0
        case .and: 1
        case .comparison: 2
        case .arithmetic(.add), .arithmetic(.subtract): 3
        case .concatenate: 4
        case .arithmetic(.power): 6
        case .arithmetic: 5
        }
    }
}

/// Operands and the operators between them as they stand in the source, before they are grouped by precedence.
struct OperatorRow {
    private struct Operand {
        let node: any ExpressionNode
        let negations: Int
        let place: SourceRange
    }

    private struct Link {
        let binary: BinaryOperator
        let place: SourceRange
    }

    private var operands: [Operand] = []
    /// One less than the operands.
    private var links: [Link] = []

    /// Whether `not` may stand before the next operand: at the start, and after `and` and `or`.
    var mayNegate: Bool { links.last.map { $0.binary.level <= 1 } ?? true }

    /// Whether an operand comes next, not an operator.
    var wantsOperand: Bool { operands.count == links.count }

    mutating func append(_ node: any ExpressionNode, negations: Int, place: SourceRange) {
        operands.append(Operand(node: node, negations: negations, place: place))
    }

    mutating func append(_ binary: BinaryOperator, place: SourceRange) {
        links.append(Link(binary: binary, place: place))
    }

    /// The tree; all operators of one level make one node, as in the grammar they group from the left.
    func grouped() -> any ExpressionNode { group(0..<operands.count, level: 0) }

    private func group(_ range: Range<Int>, level: Int) -> any ExpressionNode {
        if level == Self.comparisonLevel, operands[range.lowerBound].negations > 0 {
            // A `not` is about the whole comparison that follows it.
            let first = operands[range.lowerBound]
            return NotNode(
                split(range, level: level), isTwice: first.negations.isMultiple(of: 2), place: first.place)
        }
        return split(range, level: level)
    }

    private static let comparisonLevel = 2

    private func split(_ range: Range<Int>, level: Int) -> any ExpressionNode {
        if range.count == 1, level >= Self.comparisonLevel { return operands[range.lowerBound].node }
        // The operands of this level lie between its operators.
        var nodes: [any ExpressionNode] = []
        var found: [Link] = []
        var start = range.lowerBound
        for index in range.lowerBound..<range.upperBound - 1 where links[index].binary.level == level {
            nodes.append(group(start..<index + 1, level: level + 1))
            found.append(links[index])
            start = index + 1
        }
        let last = group(start..<range.upperBound, level: level + 1)
        return found.isEmpty ? last : node(nodes + [last], found)
    }

    private func node(_ nodes: [any ExpressionNode], _ links: [Link]) -> any ExpressionNode {
        let first = nodes[0]
        switch links[0].binary {
        case .or: return LogicNode(nodes, isAnd: false, place: first.place)
        case .and: return LogicNode(nodes, isAnd: true, place: first.place)
        case .concatenate: return ConcatenationNode(nodes)
        case .comparison:
            var rest: [ComparisonNode.Link] = []
            for (link, node) in zip(links, nodes.dropFirst()) {
                guard case .comparison(let comparison) = link.binary else { continue }
                rest.append(ComparisonNode.Link(comparison: comparison, operand: node, place: link.place))
            }
            return ComparisonNode(first, rest)
        case .arithmetic:
            var rest: [ArithmeticNode.Link] = []
            for (link, node) in zip(links, nodes.dropFirst()) {
                guard case .arithmetic(let arithmetic) = link.binary else { continue }
                rest.append(ArithmeticNode.Link(arithmetic: arithmetic, operand: node, place: link.place))
            }
            return ArithmeticNode(first, rest)
        }
    }
}
