/// One link of a chain such as `a.b[0](x) | upper is string`.
protocol PostfixOperation: AnyObject, Sendable {
    /// Where the operation stands, without what it is applied to.
    var place: SourceRange { get }

    /// - Parameters:
    ///   - owner: The source of what the operation is applied to.
    ///   - caller: What a `call` block gives to the macro; for the last call of a chain.
    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value

    func analyse(_ analysis: inout NameAnalysis)
}

/// `.name`
final class AttributeOperation: PostfixOperation {
    let name: String
    let place: SourceRange

    init(_ name: String, place: SourceRange) {
        self.name = name
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        try renderer.attribute(name, of: value, owner, place)
    }

    func analyse(_ analysis: inout NameAnalysis) {}
}

/// `[key]`
final class ItemOperation: PostfixOperation {
    let key: any ExpressionNode
    let place: SourceRange

    init(_ key: any ExpressionNode, place: SourceRange) {
        self.key = key
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        try renderer.item(try renderer.value(key), of: value, owner, place)
    }

    func analyse(_ analysis: inout NameAnalysis) { key.analyse(&analysis) }
}

/// `[start:end:step]`
final class SliceOperation: PostfixOperation {
    let bounds: [(any ExpressionNode)?]
    let place: SourceRange

    /// - Parameter bounds: Start, end and step.
    init(_ bounds: [(any ExpressionNode)?], place: SourceRange) {
        self.bounds = bounds
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        try renderer.refuseUndefined(value)
        var numbers: [Int?] = []
        for bound in bounds { numbers.append(try number(bound, renderer)) }
        return try renderer.slice(value, from: numbers[0], to: numbers[1], step: numbers[2])
    }

    private func number(_ node: (any ExpressionNode)?, _ renderer: Renderer) throws(TemplateError) -> Int? {
        guard let node else { return nil }
        let value = try renderer.value(node)
        switch value {
        case .null: return nil
        case .integer(let bound): return bound
        case .boolean(let bound): return bound ? 1 : 0
        default:
            try renderer.refuseUndefined(value)
            throw TemplateError(.type, "a slice needs integers, not \(value.kindPhrase)", at: node.place)
        }
    }

    func analyse(_ analysis: inout NameAnalysis) { for bound in bounds { bound?.analyse(&analysis) } }
}

/// `(…)`
final class CallOperation: PostfixOperation {
    let arguments: CallArguments
    let place: SourceRange

    init(_ arguments: CallArguments, place: SourceRange) {
        self.arguments = arguments
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        try renderer.call(value, try renderer.arguments(arguments, caller: caller), place)
    }

    func analyse(_ analysis: inout NameAnalysis) { arguments.analyse(&analysis) }
}

/// `| name(…)`
final class FilterOperation: PostfixOperation {
    let name: String
    /// The filter of Jinja's own by that name.
    let builtin: Filter?
    let arguments: CallArguments
    let place: SourceRange

    init(_ name: String, _ arguments: CallArguments, place: SourceRange) {
        self.name = name
        builtin = Builtins.filters[name]
        self.arguments = arguments
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        try renderer.apply(filter: name, builtin, to: value, try renderer.arguments(arguments), place)
    }

    func analyse(_ analysis: inout NameAnalysis) { arguments.analyse(&analysis) }
}

/// `is name(…)` and `is not name(…)`
final class TestOperation: PostfixOperation {
    let name: String
    let builtin: Test?
    let arguments: CallArguments
    let isNegated: Bool
    let place: SourceRange

    init(_ name: String, _ arguments: CallArguments, isNegated: Bool, place: SourceRange) {
        self.name = name
        builtin = Builtins.tests[name]
        self.arguments = arguments
        self.isNegated = isNegated
        self.place = place
    }

    func apply(
        to value: Value, _ owner: SourceRange?, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        let arguments = try renderer.arguments(arguments)
        return .boolean(try renderer.apply(test: name, builtin, to: value, arguments, place) != isNegated)
    }

    func analyse(_ analysis: inout NameAnalysis) { arguments.analyse(&analysis) }
}

/// The arguments of a call as they stand in the source.
final class CallArguments: Sendable {
    struct Named: Sendable {
        let name: String
        let value: any ExpressionNode
    }

    let positional: [any ExpressionNode]
    let named: [Named]
    /// `*list`
    let list: (any ExpressionNode)?
    /// `**mapping`
    let mapping: (any ExpressionNode)?

    init(
        positional: [any ExpressionNode] = [], named: [Named] = [], list: (any ExpressionNode)? = nil,
        mapping: (any ExpressionNode)? = nil
    ) {
        self.positional = positional
        self.named = named
        self.list = list
        self.mapping = mapping
    }

    static let none = CallArguments()

    var arePositional: Bool { named.isEmpty && list == nil && mapping == nil }

    func analyse(_ analysis: inout NameAnalysis) {
        for node in positional { node.analyse(&analysis) }
        for argument in named { argument.value.analyse(&analysis) }
        list?.analyse(&analysis)
        mapping?.analyse(&analysis)
    }
}
