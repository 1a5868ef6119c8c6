/// Builds the tree of a template from its tokens: recursive descent, in the shape of Jinja's grammar.
///
/// A class, because its own state must not be copied to the stack at every level of nesting.
final class Parser {
    /// How deeply brackets, operators that stand before their operand, and blocks may be nested.
    static let maximumNesting = 100

    let source: SourceText
    let syntax: Syntax
    let environment: Environment
    let tokens: [Token]
    var index = 0
    private var nesting = 0
    private let stack = StackGuard()
    /// How many loops of the same template part surround the current place: `break` needs one.
    var openLoops = 0
    /// How many `if` blocks surround the current place. In them an unknown filter is an error only when it is used, as in
    /// jinja2: a template may ask for a filter before it uses it.
    var openConditions = 0
    /// Unknown filters and tests met outside of conditions.
    var unknownNames: [TemplateError] = []
    /// For each open macro, which of `varargs`, `kwargs` and `caller` its body names.
    var specialNames: [Set<String>] = []

    init(_ source: SourceText, syntax: Syntax, environment: Environment, tokens: [Token]) {
        self.source = source
        self.syntax = syntax
        self.environment = environment
        self.tokens = tokens
    }

    var current: Token { tokens[index] }
    var next: Token { tokens[min(index + 1, tokens.count - 1)] }

    func advance() { if index < tokens.count - 1 { index += 1 } }

    func isAt(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }
    func isAt(word: String) -> Bool { current.kind == .name(word) }

    func skip(_ symbol: Token.Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    func skip(word: String) -> Bool {
        guard isAt(word: word) else { return false }
        advance()
        return true
    }

    func expect(_ symbol: Token.Symbol) throws(TemplateError) {
        guard skip(symbol) else { throw expected("`\(symbol.rawValue)`") }
    }

    func expectName(_ expectation: String) throws(TemplateError) -> (String, SourceRange) {
        guard case .name(let name) = current.kind else {
            throw expected("\(expectation)")
        }
        let place = current.place
        advance()
        return (name, place)
    }

    func failure(_ message: String) -> TemplateError { TemplateError(.syntax, message, at: current.place) }

    /// The complaint that something else stands here.
    func expected(_ what: String) -> TemplateError { failure("expected \(what), not \(current.description)") }

    /// Runs a part of the grammar that may contain itself.
    func enter() throws(TemplateError) {
        nesting += 1
        if nesting > Self.maximumNesting || stack.isExhausted { throw tooDeep }
    }

    func leave() { nesting -= 1 }

    private var tooDeep: TemplateError {
        TemplateError(
            .limit, "the template is nested too deeply: \(min(nesting - 1, Self.maximumNesting)) levels are the limit",
            at: current.place)
    }

    /// A whole template.
    func template() throws(TemplateError) -> [any StatementNode] {
        let statements = try statements(until: [])
        if let unknown = unknownNames.first { throw unknown }
        if case .end = current.kind { return statements }
        throw expected("text or a block")
    }

    /// A bare expression and nothing after it.
    func wholeExpression() throws(TemplateError) -> any ExpressionNode {
        let node = try tuple()
        if let unknown = unknownNames.first { throw unknown }
        if case .end = current.kind { return node }
        throw expected("the end of the expression")
    }
}
