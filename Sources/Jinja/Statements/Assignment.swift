import OrderedCollections

/// What `set`, `for` and `with` assign to.
indirect enum AssignmentTarget: Sendable {
    case name(String, SourceRange)
    case attribute(namespace: String, String, SourceRange)
    case tuple([AssignmentTarget])

    /// The names that get a value.
    var names: [String] {
        switch self {
        case .name(let name, _): [name]
        case .attribute: []
        case .tuple(let targets): targets.flatMap(\.names)
        }
    }
}

extension Renderer {
    func assign(_ value: Value, to target: AssignmentTarget) throws(TemplateError) {
        switch target {
        case .name(let name, _): scope.set(name, value)
        case .attribute(let namespace, let attribute, let place):
            guard case .transient(let handle) = lookUp(namespace, place), handle.kind == .namespace else {
                throw TemplateError(
                    .type, "attributes are set on a `namespace(…)` only, and `\(namespace)` is none", at: place)
            }
            namespaces[handle.index][attribute] = value
        case .tuple(let targets):
            let values = try items(of: value)
            guard values.count == targets.count else {
                throw TemplateError(
                    .type, "\(values.count) values cannot be taken apart into \(targets.count) names",
                    at: Self.place(of: target))
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target) }
        }
    }

    private static func place(of target: AssignmentTarget) -> SourceRange {
        switch target {
        case .name(_, let place), .attribute(_, _, let place): place
        case .tuple(let targets): targets.first.map(place) ?? SourceRange(offset: 0, length: 0)
        }
    }
}

/// `{% set x = … %}`
final class SetNode: StatementNode {
    let target: AssignmentTarget
    let node: any ExpressionNode

    init(_ target: AssignmentTarget, _ node: any ExpressionNode) {
        self.target = target
        self.node = node
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        do throws(TemplateError) {
            try renderer.assign(try renderer.value(node), to: target)
        } catch {
            throw error.at(node.place)
        }
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {
        node.analyse(&analysis)
        analysis.bind(target)
    }
}

/// `{% set x %}…{% endset %}`, with filters or without.
final class SetBlockNode: StatementNode {
    let target: AssignmentTarget
    let filters: [FilterOperation]
    let body: [any StatementNode]
    let place: SourceRange

    init(
        _ target: AssignmentTarget, filters: [FilterOperation], body: [any StatementNode], place: SourceRange
    ) {
        self.target = target
        self.filters = filters
        self.body = body
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        let text = try renderer.captureInScope(body)
        try renderer.assign(try renderer.filter(.string(text), through: filters), to: target)
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {
        analysis.visit(filters)
        analysis.open()
        analysis.visit(body)
        analysis.close()
        analysis.bind(target)
    }
}

/// `{% filter upper %}…{% endfilter %}`
final class FilterBlockNode: StatementNode {
    let filters: [FilterOperation]
    let body: [any StatementNode]
    let place: SourceRange

    init(_ filters: [FilterOperation], body: [any StatementNode], place: SourceRange) {
        self.filters = filters
        self.body = body
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        let text = try renderer.captureInScope(body)
        try renderer.emit(try renderer.text(try renderer.filter(.string(text), through: filters)))
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {
        analysis.visit(filters)
        analysis.open()
        analysis.visit(body)
        analysis.close()
    }
}

extension Renderer {
    /// What the statements put out, with names of their own.
    func captureInScope(_ body: [any StatementNode]) throws(TemplateError) -> String {
        let outer = openScope()
        defer { scope = outer }
        return try capture(body)
    }

    fileprivate func filter(_ value: Value, through filters: [FilterOperation]) throws(TemplateError) -> Value {
        var value = value
        for filter in filters {
            do throws(TemplateError) {
                value = try filter.apply(to: value, nil, nil, self)
            } catch {
                throw error.at(filter.place)
            }
        }
        return value
    }
}
