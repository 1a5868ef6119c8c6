extension Parser {
    /// Text, expressions and blocks up to a block that starts with one of the words; the parser then stands at the word.
    func statements(until endWords: [String]) throws(TemplateError) -> [any StatementNode] {
        var statements: [any StatementNode] = []
        while true {
            if let text = textHere() {
                statements.append(text)
            } else if current.kind == .variableBegin {
                statements.append(try output())
            } else if current.kind == .blockBegin {
                advance()
                if isAt(anyOf: endWords) { return statements }
                statements.append(try block(endWords))
                try endBlock()
            } else {
                try finish(endWords)
                return statements
            }
        }
    }

    private func textHere() -> TextNode? {
        guard case .text(let text) = current.kind else { return nil }
        advance()
        return TextNode(text)
    }

    private func output() throws(TemplateError) -> OutputNode {
        let begin = current.place
        advance()
        let node = try tuple()
        let place = begin.through(current.place)
        guard current.kind == .variableEnd else {
            throw expected("the end of the expression")
        }
        advance()
        return OutputNode(node, place: place)
    }

    private func isAt(anyOf words: [String]) -> Bool {
        if case .name(let word) = current.kind { words.contains(word) } else { false }
    }

    /// At the end of the source: fine where no block is open.
    private func finish(_ endWords: [String]) throws(TemplateError) {
        guard current.kind == .end else { throw expected("text or a block") }
        if let missing = endWords.last { throw failure("the template ends before `\(missing)`") }
    }

    private func endsWith(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: " or ") }

    func endBlock() throws(TemplateError) {
        guard case .blockEnd = current.kind else {
            throw expected("the end of the block")
        }
        advance()
    }

    /// The statements between the end of the current block and one of the words, which is taken.
    func body(until endWords: [String]) throws(TemplateError) -> (body: [any StatementNode], end: String) {
        try enter()
        defer { leave() }
        _ = skip(.colon)
        try endBlock()
        let body = try statements(until: endWords)
        guard case .name(let word) = current.kind else { throw failure("expected a block") }
        advance()
        return (body, word)
    }

    private func block(_ endWords: [String]) throws(TemplateError) -> any StatementNode {
        if skip(word: "if") { return try ifBlock() }
        let place = current.place
        if skip(word: "for") { return try forBlock(place) }
        let (word, _) = try expectName("the name of a block")
        switch word {
        case "set": return try setBlock(place)
        case "macro": return try macroBlock(place)
        case "call": return try callBlock(place)
        case "filter": return try filterBlock(place)
        case "with": return try withBlock()
        // Marks what an assistant said, for training; rendering sees only the body.
        case "generation": return ScopeNode(try body(until: ["endgeneration"]).body, opensScope: true)
        default: return try smallBlock(word, place, endWords)
        }
    }

    /// The blocks that cannot contain others, and the mistakes.
    private func smallBlock(
        _ word: String, _ place: SourceRange, _ endWords: [String]
    ) throws(TemplateError) -> any StatementNode {
        switch word {
        case "do": return DoNode(try tuple())
        case "print":
            var nodes: [any StatementNode] = []
            while current.kind != .blockEnd {
                let node = try expression()
                nodes.append(OutputNode(node, place: node.place))
                guard skip(.comma) else { break }
            }
            return ScopeNode(nodes, opensScope: false)
        case "break", "continue":
            guard openLoops > 0 else {
                throw TemplateError(.syntax, "`\(word)` stands outside of a loop", at: place)
            }
            return LeaveNode(breaks: word == "break")
        case "autoescape":
            _ = try expression()
            return ScopeNode(try body(until: ["endautoescape"]).body, opensScope: true)
        default: throw unknownBlock(word, place, endWords)
        }
    }

    private func unknownBlock(_ word: String, _ place: SourceRange, _ endWords: [String]) -> TemplateError {
        if ["extends", "block", "include", "import", "from"].contains(word) {
            return TemplateError(
                .syntax, "`\(word)` joins several templates, which is not supported: everything stands in one template",
                at: place)
        }
        if word.hasPrefix("end") || word == "else" || word == "elif" {
            let message =
                endWords.isEmpty
                ? "`\(word)` closes nothing" : "`\(word)` stands where \(endsWith(endWords)) is expected"
            return TemplateError(.syntax, message, at: place)
        }
        let known = [
            "for", "if", "set", "macro", "call", "filter", "with", "do", "print", "break", "continue", "raw",
            "generation",
        ]
        return TemplateError(
            .syntax, "there is no block `\(word)`", suggestion: nearest(word, among: known), at: place)
    }

    private func ifBlock() throws(TemplateError) -> any StatementNode {
        var branches: [IfNode.Branch] = []
        openConditions += 1
        defer { openConditions -= 1 }
        while true {
            let condition = try tuple(allowsConditional: false)
            let (body, end) = try body(until: ["elif", "else", "endif"])
            branches.append(IfNode.Branch(condition: condition, body: body))
            switch end {
            case "elif": continue
            case "else": return IfNode(branches, otherwise: try self.body(until: ["endif"]).body)
            default: return IfNode(branches, otherwise: [])
            }
        }
    }

    private func forBlock(_ place: SourceRange) throws(TemplateError) -> any StatementNode {
        let target = try assignmentTarget(endWord: "in", allowsNamespace: false)
        if target.names.contains("loop") {
            throw TemplateError(.syntax, "`loop` is the loop itself and cannot be assigned by `for`", at: place)
        }
        guard skip(word: "in") else { throw expected("`in`") }
        let items = try tuple(allowsConditional: false, endWord: "recursive")
        let filter: (any ExpressionNode)? = skip(word: "if") ? try expression() : nil
        let isRecursive = skip(word: "recursive")
        openLoops += 1
        let first: (body: [any StatementNode], end: String)
        do {
            defer { openLoops -= 1 }
            first = try body(until: ["else", "endfor"])
        }
        let otherwise = first.end == "else" ? try body(until: ["endfor"]).body : []
        return ForNode(
            target: target, items: items, filter: filter, isRecursive: isRecursive, body: first.body,
            otherwise: otherwise, place: place)
    }

    private func setBlock(_ place: SourceRange) throws(TemplateError) -> any StatementNode {
        let target = try assignmentTarget(endWord: nil, allowsNamespace: true)
        if skip(.assign) { return SetNode(target, try tuple()) }
        var filters: [FilterOperation] = []
        while skip(.pipe) { filters.append(try filter()) }
        let body = try bodyOnItsOwn(until: "endset")
        return SetBlockNode(target, filters: filters, body: body, place: place)
    }

    private func filterBlock(_ place: SourceRange) throws(TemplateError) -> any StatementNode {
        var filters = [try filter()]
        while skip(.pipe) { filters.append(try filter()) }
        let body = try bodyOnItsOwn(until: "endfilter")
        return FilterBlockNode(filters, body: body, place: place)
    }

    private func withBlock() throws(TemplateError) -> any StatementNode {
        var bindings: [WithNode.Binding] = []
        while true {
            if case .blockEnd = current.kind { break }
            if !bindings.isEmpty { try expect(.comma) }
            let target = try assignmentTarget(endWord: nil, allowsNamespace: false)
            try expect(.assign)
            bindings.append(WithNode.Binding(target: target, value: try expression()))
        }
        return WithNode(bindings, body: try body(until: ["endwith"]).body)
    }

    /// The body of a part that is rendered on its own: a loop around it cannot be left from within.
    func bodyOnItsOwn(until endWord: String) throws(TemplateError) -> [any StatementNode] {
        let outer = openLoops
        openLoops = 0
        defer { openLoops = outer }
        return try body(until: [endWord]).body
    }
}
