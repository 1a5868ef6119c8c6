/// `{% for x in items if condition recursive %}…{% else %}…{% endfor %}`
final class ForNode: StatementNode {
    let target: AssignmentTarget
    let items: any ExpressionNode
    let filter: (any ExpressionNode)?
    let isRecursive: Bool
    let body: [any StatementNode]
    let otherwise: [any StatementNode]
    let place: SourceRange

    init(
        target: AssignmentTarget, items: any ExpressionNode, filter: (any ExpressionNode)?, isRecursive: Bool,
        body: [any StatementNode], otherwise: [any StatementNode], place: SourceRange
    ) {
        self.target = target
        self.items = items
        self.filter = filter
        self.isRecursive = isRecursive
        self.body = body
        self.otherwise = otherwise
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        let values: [Value]
        do throws(TemplateError) {
            values = try renderer.items(of: try renderer.value(items))
        } catch {
            throw error.at(items.place)
        }
        try run(values, depth: 0, outer: renderer.scope, renderer)
        return .goesOn
    }

    /// - Parameter outer: The scope around the loop, which is not the current one when a recursive loop is called.
    func run(_ all: [Value], depth: Int, outer: Scope, _ renderer: Renderer) throws(TemplateError) {
        let before = renderer.scope
        defer { renderer.scope = before }
        renderer.scope = outer
        let values = try filtered(all, renderer)
        if values.isEmpty {
            let outside = renderer.openScope()
            defer { renderer.scope = outside }
            _ = try renderer.execute(otherwise)
            return
        }
        let state = LoopState(self, values, depth: depth, outer: outer)
        renderer.loops.append(state)
        defer { renderer.loops.removeLast() }
        let handle = Value.transient(Transient(kind: .loop, index: renderer.loops.count - 1))
        var scope = Scope(parent: outer)
        for index in values.indices {
            state.index = index
            try renderer.step()
            // A macro may have kept the scope of the last round; otherwise it is used again.
            if isKnownUniquelyReferenced(&scope) { scope.removeAll() } else { scope = Scope(parent: outer) }
            renderer.scope = scope
            scope.set("loop", handle)
            try renderer.assign(values[index], to: target)
            let flow = try renderer.execute(body)
            renderer.scope = outer
            if flow == .breaks { break }
        }
    }

    private func filtered(_ values: [Value], _ renderer: Renderer) throws(TemplateError) -> [Value] {
        guard let filter else { return values }
        let outer = renderer.openScope()
        defer { renderer.scope = outer }
        var kept: [Value] = []
        for value in values {
            renderer.scope.removeAll()
            try renderer.assign(value, to: target)
            if try renderer.truth(filter) { kept.append(value) }
        }
        return kept
    }

    func analyse(_ analysis: inout NameAnalysis) {
        items.analyse(&analysis)
        analysis.open()
        analysis.bind(target, toElementsOf: items)
        if let filter {
            filter.analyse(&analysis)
            analysis.assume(filter, is: true)
        }
        analysis.bind("loop")
        analysis.visit(body)
        analysis.close()
        analysis.open()
        analysis.visit(otherwise)
        analysis.close()
    }
}

/// A loop while it runs.
final class LoopState {
    let node: ForNode
    let values: [Value]
    let depth: Int
    let outer: Scope
    var index = 0
    /// What `loop.changed` was called with last.
    var lastChecked: [Value]?

    init(_ node: ForNode, _ values: [Value], depth: Int, outer: Scope) {
        self.node = node
        self.values = values
        self.depth = depth
        self.outer = outer
    }

    /// An attribute of `loop`; `nil` where there is no such one.
    func attribute(_ name: String, _ renderer: Renderer, _ place: SourceRange) -> Value? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(values.count - index)
        case "revindex0": .integer(values.count - index - 1)
        case "first": .boolean(index == 0)
        case "last": .boolean(index == values.count - 1)
        case "length": .integer(values.count)
        case "depth": .integer(depth + 1)
        case "depth0": .integer(depth)
        case "previtem":
            index > 0 ? values[index - 1] : renderer.undefined(.hint("there is no previous item"), place)
        case "nextitem":
            index + 1 < values.count ? values[index + 1] : renderer.undefined(.hint("there is no next item"), place)
        default: nil
        }
    }

    static let methods: Set<String> = ["cycle", "changed"]
    static let names = [
        "index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem",
        "nextitem", "cycle", "changed",
    ]

    func call(_ method: String, _ arguments: Arguments, _ renderer: Renderer) throws(TemplateError) -> Value {
        if method == "cycle" {
            guard !arguments.positional.isEmpty else {
                throw TemplateError(.argument, "`loop.cycle` needs the values to take in turn")
            }
            return arguments.positional[index % arguments.positional.count]
        }
        var isSame = lastChecked?.count == arguments.positional.count
        for (last, value) in zip(lastChecked ?? [], arguments.positional) where isSame {
            isSame = try renderer.equal(last, value)
        }
        lastChecked = arguments.positional
        return .boolean(!isSame)
    }
}
