extension Parser {
    func primary() throws(TemplateError) -> any ExpressionNode {
        if isAt(.leftParenthesis) { return try parenthesized() }
        if isAt(.leftBracket) { return try list() }
        if isAt(.leftBrace) { return try mapping() }
        return try atom()
    }

    /// A name or a literal without parts.
    private func atom() throws(TemplateError) -> any ExpressionNode {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return ConstantNode(.boolean(true), place: token.place)
            case "false", "False": return ConstantNode(.boolean(false), place: token.place)
            case "none", "None": return ConstantNode(.null, place: token.place)
            default:
                if !specialNames.isEmpty, ["varargs", "kwargs", "caller"].contains(name) {
                    specialNames[specialNames.count - 1].insert(name)
                }
                return NameNode(name, place: token.place)
            }
        case .string(let first):
            advance()
            var text = first
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return ConstantNode(.string(text), place: token.place)
        case .integer(let value):
            advance()
            return ConstantNode(.integer(value), place: token.place)
        case .number(let value):
            advance()
            return ConstantNode(.number(value), place: token.place)
        default: throw failure("expected a value, not \(token.description)")
        }
    }

    private func parenthesized() throws(TemplateError) -> any ExpressionNode {
        let place = current.place
        advance()
        if skip(.rightParenthesis) { return ListNode([], isTuple: true, place: place) }
        let node = try tuple()
        try expect(.rightParenthesis)
        return node
    }

    private func list() throws(TemplateError) -> any ExpressionNode {
        let place = current.place
        advance()
        var elements: [any ExpressionNode] = []
        while !isAt(.rightBracket) {
            elements.append(try expression())
            guard skip(.comma) else { break }
        }
        try expect(.rightBracket)
        return ListNode(elements, isTuple: false, place: place)
    }

    private func mapping() throws(TemplateError) -> any ExpressionNode {
        let place = current.place
        advance()
        var entries: [MappingNode.Entry] = []
        while !isAt(.rightBrace) {
            let key = try expression()
            try expect(.colon)
            entries.append(MappingNode.Entry(key: key, value: try expression()))
            guard skip(.comma) else { break }
        }
        try expect(.rightBrace)
        return MappingNode(entries, place: place)
    }

    /// `.name`, `[…]` and `(…)` after a value.
    func accesses(into operations: inout [any PostfixOperation]) throws(TemplateError) {
        while true {
            if isAt(.dot) {
                operations.append(try attribute())
            } else if isAt(.leftBracket) {
                operations.append(try subscription())
            } else if isAt(.leftParenthesis) {
                operations.append(try call())
            } else {
                return
            }
        }
    }

    private func attribute() throws(TemplateError) -> any PostfixOperation {
        advance()
        let token = current
        advance()
        switch token.kind {
        case .name(let name): return AttributeOperation(name, place: token.place)
        case .integer(let value):
            return ItemOperation(ConstantNode(.integer(value), place: token.place), place: token.place)
        default:
            throw TemplateError(
                .syntax, "expected a name or a number after `.`, not \(token.description)", at: token.place)
        }
    }

    private func call() throws(TemplateError) -> CallOperation {
        let start = current.place
        let arguments = try callArguments()
        return CallOperation(arguments, place: start.through(tokens[index - 1].place))
    }

    private func subscription() throws(TemplateError) -> any PostfixOperation {
        let start = current.place
        advance()
        let first = try subscriptPart(start)
        if skip(.rightBracket) { return first }
        return try restOfSubscription(first, start)
    }

    /// Several subscripts make a tuple, which finds nothing in a list or mapping.
    private func restOfSubscription(
        _ first: any PostfixOperation, _ start: SourceRange
    ) throws(TemplateError) -> any PostfixOperation {
        var parts: [any PostfixOperation] = [first]
        while skip(.comma) { parts.append(try subscriptPart(start)) }
        try expect(.rightBracket)
        let keys = parts.compactMap { ($0 as? ItemOperation)?.key }
        return ItemOperation(ListNode(keys, isTuple: true, place: start), place: start)
    }

    private func subscriptPart(_ place: SourceRange) throws(TemplateError) -> any PostfixOperation {
        if isAt(.rightBracket) { throw failure("expected a subscript, not `]`") }
        let start: (any ExpressionNode)? = isAt(.colon) ? nil : try expression()
        if let start, !isAt(.colon) { return ItemOperation(start, place: place.through(current.place)) }
        return try slice(start, place)
    }

    private func slice(
        _ start: (any ExpressionNode)?, _ place: SourceRange
    ) throws(TemplateError) -> SliceOperation {
        try expect(.colon)
        let end = try sliceBound()
        let step: (any ExpressionNode)? = skip(.colon) ? try sliceBound() : nil
        return SliceOperation([start, end, step], place: place.through(current.place))
    }

    private func sliceBound() throws(TemplateError) -> (any ExpressionNode)? {
        isAt(.colon) || isAt(.rightBracket) || isAt(.comma) ? nil : try expression()
    }

    func callArguments() throws(TemplateError) -> CallArguments {
        try expect(.leftParenthesis)
        var list = ArgumentList()
        while !isAt(.rightParenthesis) {
            let form = try argumentForm(after: list)
            list.append(try expression(), form)
            guard skip(.comma) else { break }
        }
        try expect(.rightParenthesis)
        return list.arguments
    }

    /// What kind of argument comes next; its marks are taken.
    private func argumentForm(after list: ArgumentList) throws(TemplateError) -> ArgumentList.Form {
        let place = current.place
        let form: ArgumentList.Form
        if skip(.multiply) {
            form = .list
        } else if skip(.power) {
            form = .mapping
        } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
            guard !list.names.contains(name) else { throw failure("the argument `\(name)` is given twice") }
            advance()
            advance()
            form = .named(name)
        } else {
            form = .plain
        }
        guard list.allows(form) else { throw wrongOrder(place) }
        return form
    }

    private func wrongOrder(_ place: SourceRange) -> TemplateError {
        TemplateError(
            .syntax, "arguments stand in this order: plain ones, `name=value`, `*list`, `**mapping`", at: place)
    }

    /// `| filter`, `is test` and `(…)` after a value.
    func filtersAndTests(into operations: inout [any PostfixOperation]) throws(TemplateError) {
        while true {
            if skip(.pipe) {
                operations.append(try filter())
            } else if skip(word: "is") {
                operations.append(try test())
            } else if isAt(.leftParenthesis) {
                operations.append(try call())
            } else {
                return
            }
        }
    }

    /// The name and arguments of a filter.
    func filter() throws(TemplateError) -> FilterOperation {
        let (name, place) = try dottedName("the name of a filter")
        let arguments = isAt(.leftParenthesis) ? try callArguments() : .none
        if !environment.hasFilter(name) { try note(unknown: environment.unknownFilter(name).at(place)) }
        return FilterOperation(name, arguments, place: place)
    }

    private func test() throws(TemplateError) -> TestOperation {
        let isNegated = skip(word: "not")
        let (name, place) = try dottedName("the name of a test")
        let arguments = try testArguments(isIn: name == "in")
        if !environment.hasTest(name) { try note(unknown: environment.unknownTest(name).at(place)) }
        return TestOperation(name, arguments, isNegated: isNegated, place: place)
    }

    /// Arguments in parentheses, or one that follows without.
    private func testArguments(isIn: Bool) throws(TemplateError) -> CallArguments {
        if isAt(.leftParenthesis) { return try callArguments() }
        if isAt(word: "is") { throw failure("tests cannot be chained with `is`; join them with `and`") }
        guard isAtTestArgument(isIn) else { return .none }
        let node = try primary()
        var operations: [any PostfixOperation] = []
        try accesses(into: &operations)
        return CallArguments(positional: [operations.isEmpty ? node : PostfixNode(node, operations)])
    }

    private func isAtTestArgument(_ isIn: Bool) -> Bool {
        switch current.kind {
        case .name("else"), .name("or"), .name("and"): false
        case .name("not"), .name("if"), .name("in"): isIn
        case .name, .string, .integer, .number, .symbol(.leftBracket), .symbol(.leftBrace): true
        default: false
        }
    }

    /// In the JSON convention an unknown filter or test is always an error. In Python's it is one only where the template
    /// cannot leave it out, as in jinja2.
    private func note(unknown error: TemplateError) throws(TemplateError) {
        if syntax.convention == .json { throw error }
        if openConditions == 0 { unknownNames.append(error) }
    }

    private func dottedName(_ expectation: String) throws(TemplateError) -> (String, SourceRange) {
        var (name, place) = try expectName(expectation)
        while skip(.dot) {
            let (more, end) = try expectName("a name")
            name += ".\(more)"
            place = place.through(end)
        }
        return (name, place)
    }
}
