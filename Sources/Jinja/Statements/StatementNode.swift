/// A statement of a template: text, an output, or a block. Like expressions, statements are trees that never change.
protocol StatementNode: AnyObject, Sendable {
    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow
    func analyse(_ analysis: inout NameAnalysis)
}

/// How a statement ended.
enum Flow {
    case goesOn
    case breaks
    case continues
}

final class TextNode: StatementNode {
    let text: String

    init(_ text: String) { self.text = text }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        try renderer.emit(text)
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {}
}

/// `{{ … }}`
final class OutputNode: StatementNode {
    let node: any ExpressionNode
    /// With the opening delimiter, up to the closing one.
    let place: SourceRange

    init(_ node: any ExpressionNode, place: SourceRange) {
        self.node = node
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        do throws(TemplateError) {
            let value = try renderer.value(node)
            if case .string(let text) = value {
                try renderer.emit(text)
            } else {
                try renderer.emit(try renderer.text(value))
            }
        } catch {
            throw error.at(node.place)
        }
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) { node.analyse(&analysis) }
}

/// `{% do … %}`: evaluated for what it changes.
final class DoNode: StatementNode {
    let node: any ExpressionNode

    init(_ node: any ExpressionNode) { self.node = node }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        _ = try renderer.value(node)
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) { node.analyse(&analysis) }
}

/// `{% break %}` and `{% continue %}`.
final class LeaveNode: StatementNode {
    let breaks: Bool

    init(breaks: Bool) { self.breaks = breaks }

    func execute(_ renderer: Renderer) -> Flow { breaks ? .breaks : .continues }
    func analyse(_ analysis: inout NameAnalysis) {}
}

/// Statements that stand together, with names of their own or not.
final class ScopeNode: StatementNode {
    let body: [any StatementNode]
    let opensScope: Bool

    init(_ body: [any StatementNode], opensScope: Bool) {
        self.body = body
        self.opensScope = opensScope
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        guard opensScope else { return try renderer.execute(body) }
        let outer = renderer.openScope()
        defer { renderer.scope = outer }
        return try renderer.execute(body)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        if opensScope { analysis.open() }
        analysis.visit(body)
        if opensScope { analysis.close() }
    }
}

final class IfNode: StatementNode {
    struct Branch {
        let condition: any ExpressionNode
        let body: [any StatementNode]
    }

    let branches: [Branch]
    let otherwise: [any StatementNode]

    init(_ branches: [Branch], otherwise: [any StatementNode]) {
        self.branches = branches
        self.otherwise = otherwise
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        for branch in branches where try renderer.truth(branch.condition) {
            return try renderer.execute(branch.body)
        }
        return try renderer.execute(otherwise)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        let known = analysis.assumptions.count
        for branch in branches {
            branch.condition.analyse(&analysis)
            let before = analysis.assumptions.count
            analysis.assume(branch.condition, is: true)
            analysis.visit(branch.body)
            analysis.assumptions.removeSubrange(before...)
            analysis.assume(branch.condition, is: false)
        }
        analysis.visit(otherwise)
        analysis.assumptions.removeSubrange(known...)
    }
}

/// `{% with a = 1, b = 2 %}`: the values see the names outside, as in jinja2.
final class WithNode: StatementNode {
    struct Binding {
        let target: AssignmentTarget
        let value: any ExpressionNode
    }

    let bindings: [Binding]
    let body: [any StatementNode]

    init(_ bindings: [Binding], body: [any StatementNode]) {
        self.bindings = bindings
        self.body = body
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        var values: [Value] = []
        for binding in bindings { values.append(try renderer.value(binding.value)) }
        let outer = renderer.openScope()
        defer { renderer.scope = outer }
        for (binding, value) in zip(bindings, values) { try renderer.assign(value, to: binding.target) }
        return try renderer.execute(body)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        for binding in bindings { binding.value.analyse(&analysis) }
        analysis.open()
        for binding in bindings { analysis.bind(binding.target) }
        analysis.visit(body)
        analysis.close()
    }
}
