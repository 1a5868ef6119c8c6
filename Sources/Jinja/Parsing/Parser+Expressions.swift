extension Parser {
    /// An expression, or several parted by commas, which make a tuple.
    func tuple(allowsConditional: Bool = true, endWord: String? = nil) throws(TemplateError)
        -> any ExpressionNode
    {
        if isAtTupleEnd(endWord) { throw expected("an expression") }
        let first = try expression(allowsConditional: allowsConditional)
        guard isAt(.comma) else { return first }
        return try restOfTuple(first, allowsConditional, endWord)
    }

    private func restOfTuple(
        _ first: any ExpressionNode, _ allowsConditional: Bool, _ endWord: String?
    ) throws(TemplateError) -> any ExpressionNode {
        var elements = [first]
        while skip(.comma), !isAtTupleEnd(endWord) {
            elements.append(try expression(allowsConditional: allowsConditional))
        }
        return ListNode(elements, isTuple: true, place: first.place)
    }

    private func isAtTupleEnd(_ endWord: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .end, .symbol(.rightParenthesis): true
        case .name(let word): word == endWord
        default: false
        }
    }

    func expression(allowsConditional: Bool = true) throws(TemplateError) -> any ExpressionNode {
        try enter()
        defer { leave() }
        let unknownBefore = unknownNames.count
        let value = try operators()
        guard allowsConditional, isAt(word: "if") else { return value }
        return try conditional(value, unknownBefore)
    }

    /// `a if b else c if d else e`, read in a loop: a long chain is not deep.
    private func conditional(
        _ first: any ExpressionNode, _ unknownBefore: Int
    ) throws(TemplateError) -> any ExpressionNode {
        var branches: [ConditionalNode.Branch] = []
        var withoutElse = 0
        var value = first
        while skip(word: "if") {
            let branch = ConditionalNode.Branch(value: value, condition: try operators())
            if skip(word: "else") {
                branches.append(branch)
                value = try operators()
            } else {
                withoutElse += 1
                if withoutElse > 10 { throw failure("too many `if` without `else` in one expression") }
                value = ConditionalNode([branch], otherwise: nil, place: value.place)
            }
        }
        // What a condition may leave out may name filters that do not exist.
        unknownNames.removeSubrange(unknownBefore...)
        return conditional(branches, value)
    }

    private func conditional(_ branches: [ConditionalNode.Branch], _ last: any ExpressionNode) -> any ExpressionNode {
        guard let first = branches.first else { return last }
        return ConditionalNode(branches, otherwise: last, place: first.value.place)
    }

    /// A row of operands and the operators between them, without conditionals.
    ///
    /// All levels of operators are read in one go and grouped afterwards: nesting then costs the stack little per level.
    private func operators() throws(TemplateError) -> any ExpressionNode {
        if isAt(word: "not") { return try row(OperatorRow()) }
        let first = try unary()
        guard isAtBinaryOperator else { return first }
        var row = OperatorRow()
        row.append(first, negations: 0, place: first.place)
        return try self.row(row)
    }

    private var isAtBinaryOperator: Bool { binaryOperator != nil }

    /// The rest of a row, from an operand or an operator on.
    private func row(_ start: OperatorRow) throws(TemplateError) -> any ExpressionNode {
        var row = start
        while true {
            if row.wantsOperand {
                let place = current.place
                var negations = 0
                if row.mayNegate { while skip(word: "not") { negations += 1 } }
                row.append(try unary(), negations: negations, place: place)
            }
            guard let binary = binaryOperator else { return row.grouped() }
            row.append(binary, place: current.place)
            advance()
            if case .comparison(.notIn) = binary { advance() }
        }
    }

    private var binaryOperator: BinaryOperator? {
        switch current.kind {
        case .symbol(.concatenate): .concatenate
        case .symbol(.equal): .comparison(.equal)
        case .symbol(.notEqual): .comparison(.notEqual)
        case .symbol(.less): .comparison(.less)
        case .symbol(.lessOrEqual): .comparison(.lessOrEqual)
        case .symbol(.greater): .comparison(.greater)
        case .symbol(.greaterOrEqual): .comparison(.greaterOrEqual)
        case .symbol(let symbol): Arithmetic(rawValue: symbol.rawValue).map { .arithmetic($0) }
        case .name("or"): .or
        case .name("and"): .and
        case .name("in"): .comparison(.in)
        case .name("not") where next.kind == .name("in"): .comparison(.notIn)
        default: nil
        }
    }

    /// Signs bind tighter than filters: `-x | abs` is `(-x) | abs`; but looser than `.` and `[]`.
    func unary() throws(TemplateError) -> any ExpressionNode {
        if isAt(.subtract) || isAt(.add) { return try signed() }
        let node = try primary()
        return isAtPostfix ? try postfix(node) : node
    }

    private var isAtPostfix: Bool {
        switch current.kind {
        case .symbol(.dot), .symbol(.leftBracket), .symbol(.leftParenthesis), .symbol(.pipe), .name("is"): true
        default: false
        }
    }

    private func postfix(_ node: any ExpressionNode) throws(TemplateError) -> any ExpressionNode {
        var operations: [any PostfixOperation] = []
        try accesses(into: &operations)
        try filtersAndTests(into: &operations)
        return PostfixNode(node, operations)
    }

    private func signed() throws(TemplateError) -> any ExpressionNode {
        let place = current.place
        var isNegative = false
        while isAt(.subtract) || isAt(.add) {
            if isAt(.subtract) { isNegative.toggle() }
            advance()
        }
        var node = try primary()
        var operations: [any PostfixOperation] = []
        try accesses(into: &operations)
        if !operations.isEmpty { node = PostfixNode(node, operations) }
        node = SignNode(node, isNegative: isNegative, place: place)
        operations = []
        try filtersAndTests(into: &operations)
        return operations.isEmpty ? node : PostfixNode(node, operations)
    }
}
