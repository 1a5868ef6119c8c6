import OrderedCollections

/// One rendering of a template: its output, its names, and what it has cost so far.
///
/// A renderer lives on one thread, for one call. Handles in values (``Transient``) are indices into its tables.
final class Renderer {
    let source: SourceText
    let convention: OutputConvention
    let rule: UndefinedRule
    let environment: Environment
    let limits: Limits
    /// What the caller gave.
    let data: Mapping

    var scope: Scope
    /// The scope of the template itself.
    let outermost: Scope
    var output = ""
    private(set) var steps = 0
    private(set) var depth = 0
    /// As deep as the JSON reader allows, and a little more for what a template puts around it.
    static let maximumValueDepth = 520
    let stack = StackGuard()

    var namespaces: [Mapping] = []
    var loops: [LoopState] = []
    var macros: [BoundMacro] = []
    var methods: [BoundMethod] = []
    var cyclers: [Cycler] = []
    /// Whether each `joiner()` has been called.
    var joiners: [(separator: Value, isUsed: Bool)] = []
    /// Whether a value that is no data was made: only then results must be looked through.
    var madeTransients = false

    init(
        _ source: SourceText, syntax: Syntax, environment: Environment, limits: Limits, data: Mapping
    ) {
        self.source = source
        convention = syntax.convention
        rule = syntax.undefinedRule
        self.environment = environment
        self.limits = limits
        self.data = data
        outermost = Scope(parent: nil)
        scope = outermost
    }

    // MARK: Running

    func execute(_ statements: [any StatementNode]) throws(TemplateError) -> Flow {
        try descend()
        defer { ascend() }
        for statement in statements {
            try step()
            let flow = try statement.execute(self)
            if flow != .goesOn { return flow }
        }
        return .goesOn
    }

    func value(_ node: any ExpressionNode) throws(TemplateError) -> Value {
        try step()
        try descend()
        defer { ascend() }
        return try node.evaluate(self)
    }

    func truth(_ node: any ExpressionNode) throws(TemplateError) -> Bool {
        do throws(TemplateError) {
            return try truth(of: try value(node))
        } catch {
            throw error.at(node.place)
        }
    }

    func truth(of value: Value) throws(TemplateError) -> Bool {
        if value.isLenientUndefined { return false }
        try refuseUndefined(value)
        return value.isTruthy
    }

    /// What the statements put out.
    func capture(_ statements: [any StatementNode]) throws(TemplateError) -> String {
        let outer = output
        output = ""
        defer { output = outer }
        _ = try execute(statements)
        return output
    }

    func emit(_ text: String) throws(TemplateError) {
        output += text
        try charge(text: text.utf8.count)
        try checkLength(output)
    }

    func openScope() -> Scope {
        let outer = scope
        scope = Scope(parent: outer)
        return outer
    }

    // MARK: Limits

    func step() throws(TemplateError) { try charge(1) }

    func charge(_ count: Int) throws(TemplateError) {
        steps += min(count, Int.max / 2)
        if steps > limits.steps {
            // Nothing more is computed once this is thrown, and the sum stays far from overflow.
            steps = min(steps, Int.max / 2)
            throw TemplateError(.limit, "the template needs more than \(limits.steps) steps, which is the limit")
        }
    }

    /// Counts text that is made or searched.
    func charge(text bytes: Int) throws(TemplateError) { try charge(bytes / 64) }

    func ascend() { depth -= 1 }

    func descend() throws(TemplateError) {
        depth += 1
        if depth > limits.depth || stack.isExhausted {
            depth -= 1
            throw TemplateError(.limit, "blocks, expressions and macro calls are nested deeper than \(depth) levels")
        }
    }

    func checkLength(_ text: String, _ place: SourceRange? = nil) throws(TemplateError) {
        try checkLength(text.utf8.count, place)
    }

    /// - Parameter bytes: The size that a string is about to have.
    func checkLength(_ bytes: Int, _ place: SourceRange? = nil) throws(TemplateError) {
        if bytes > limits.outputBytes {
            throw TemplateError(
                .limit, "the template makes text of more than \(limits.outputBytes) bytes, which is the limit",
                at: place)
        }
    }

    /// Counts the elements of a list before it is made.
    func checkCount(_ count: Int) throws(TemplateError) { try charge(max(count, 0)) }

    /// Refuses lists and mappings that a template has nested without end: releasing them would need a deep stack.
    func checkNesting(of value: Value, _ place: SourceRange? = nil) throws(TemplateError) {
        let survey = NestingSurvey(
            value, depth: Self.maximumValueDepth, budget: (limits.steps - min(steps, limits.steps)) / 4)
        if survey.isTooDeep {
            throw TemplateError(
                .limit, "lists and mappings are nested deeper than \(Self.maximumValueDepth) levels", at: place)
        }
        try charge(survey.cost * 4)
    }

    // MARK: Names

    func lookUp(_ name: String, _ place: SourceRange) -> Value {
        var current: Scope? = scope
        while let scope = current {
            if let value = scope.value(of: name) { return value }
            current = scope.parent
        }
        if let value = data[name] { return value }
        if let value = environment.globals[name] { return value }
        return undefined(.name(name), place)
    }

    func undefined(_ reason: Undefined.Reason, _ place: SourceRange) -> Value {
        madeTransients = true
        // In jinja2 an `if` without `else` is lenient also where other undefined values are not.
        return .undefined(Undefined(reason, place: place, isLenient: rule == .lenient || reason == .leftOut))
    }

    /// A tuple, noted so that results are looked through for it.
    func tuple(_ values: [Value]) -> Value {
        madeTransients = true
        return .tuple(values)
    }

    /// Refuses what is undefined, unless it counts as empty.
    func refuseStrictUndefined(_ value: Value) throws(TemplateError) {
        if case .undefined(let undefined) = value, !undefined.isLenient { throw error(for: undefined) }
    }

    /// - Throws: What the value stands for, where it is undefined.
    func refuseUndefined(_ value: Value) throws(TemplateError) {
        if case .undefined(let undefined) = value { throw error(for: undefined) }
    }

    func error(for undefined: Undefined) -> TemplateError {
        var candidates: [String] = []
        if case .name = undefined.reason {
            candidates = scope.visibleNames + Array(data.keys) + environment.globals.keys.sorted()
        }
        return undefined.error(source: source, candidates: candidates)
    }
}
