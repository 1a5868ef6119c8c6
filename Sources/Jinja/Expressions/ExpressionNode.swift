import OrderedCollections

/// A node of an expression's tree.
///
/// Nodes are classes because trees contain themselves and are walked by many renderings at once; they never change.
/// Chains (`a + b + c`, `a.b.c | d`) are one node each, so that the depth of a tree is bounded by the parser's nesting.
protocol ExpressionNode: AnyObject, Sendable {
    /// Where the node stands, for messages and references.
    var place: SourceRange { get }

    /// Called through ``Renderer/value(_:)`` only, which counts steps and depth.
    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value

    /// Tells the analysis what the node takes from outside.
    func analyse(_ analysis: inout NameAnalysis)
}

final class ConstantNode: ExpressionNode {
    let value: Value
    let place: SourceRange

    init(_ value: Value, place: SourceRange) {
        self.value = value
        self.place = place
    }

    func evaluate(_ renderer: Renderer) -> Value { value }
    func analyse(_ analysis: inout NameAnalysis) {}
}

final class NameNode: ExpressionNode {
    let name: String
    let place: SourceRange

    init(_ name: String, place: SourceRange) {
        self.name = name
        self.place = place
    }

    func evaluate(_ renderer: Renderer) -> Value { renderer.lookUp(name, place) }
    func analyse(_ analysis: inout NameAnalysis) { analysis.use(self, operations: []) }
}

/// `[a, b]` or `(a, b)`.
final class ListNode: ExpressionNode {
    let elements: [any ExpressionNode]
    let isTuple: Bool
    let place: SourceRange

    init(_ elements: [any ExpressionNode], isTuple: Bool, place: SourceRange) {
        self.elements = elements
        self.isTuple = isTuple
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try renderer.value(element)) }
        let value: Value = isTuple ? renderer.tuple(values) : .list(values)
        try renderer.checkNesting(of: value, place)
        return value
    }

    func analyse(_ analysis: inout NameAnalysis) { for element in elements { element.analyse(&analysis) } }
}

/// `{key: value}`.
final class MappingNode: ExpressionNode {
    struct Entry {
        let key: any ExpressionNode
        let value: any ExpressionNode
    }

    let entries: [Entry]
    let place: SourceRange

    init(_ entries: [Entry], place: SourceRange) {
        self.entries = entries
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var mapping: Mapping = [:]
        mapping.reserveCapacity(entries.count)
        for entry in entries {
            let key = try renderer.value(entry.key)
            guard case .string(let name) = key else {
                try renderer.refuseUndefined(key)
                throw TemplateError(
                    .type, "the keys of a mapping are strings, not \(key.kindPhrase)", at: entry.key.place)
            }
            mapping[name] = try renderer.value(entry.value)
        }
        try renderer.checkNesting(of: .mapping(mapping), place)
        return .mapping(mapping)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        for entry in entries {
            entry.key.analyse(&analysis)
            entry.value.analyse(&analysis)
        }
    }
}
