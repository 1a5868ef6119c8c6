import OrderedCollections

/// A template that has been read: it can be rendered any number of times, from any thread.
package struct Template: Sendable {
    private let source: SourceText
    private let syntax: Syntax
    private let environment: Environment
    private let statements: [any StatementNode]

    /// The names that the template takes from outside, in the order of the source.
    package let references: [Reference]

    /// - Parameter environment: Tells which filters and tests exist; also used for rendering, unless another is given.
    /// - Throws: ``TemplateError`` with code `syntax`, `undefined` for an unknown filter or test, `limit` for a source
    ///   that is nested too deeply.
    package init(
        _ source: String, syntax: Syntax, environment: Environment = .standard
    ) throws(TemplateError) {
        let text = SourceText(source, keepTrailingNewline: syntax.keepTrailingNewline)
        do throws(TemplateError) {
            var lexer = Lexer(text, syntax: syntax)
            let tokens = try lexer.templateTokens()
            let parser = Parser(text, syntax: syntax, environment: environment, tokens: tokens)
            statements = try parser.template()
        } catch {
            throw error.located(in: text)
        }
        var analysis = NameAnalysis(text)
        analysis.visit(statements)
        references = analysis.references
        self.source = text
        self.syntax = syntax
        self.environment = environment
    }

    /// Whether the template is plain text: it has no expressions and no blocks.
    package var isConstant: Bool { statements.allSatisfy { $0 is TextNode } }

    /// The expression, where the source is exactly one `${{ … }}` and nothing else: its value then keeps its type.
    package var wholeExpression: Expression? {
        guard statements.count == 1, let output = statements.first as? OutputNode,
            source.isCovered(by: output.place, closedBy: syntax.variable.end)
        else { return nil }
        return Expression(
            node: output.node, source: source, syntax: syntax, environment: environment, references: references)
    }

    /// - Parameters:
    ///   - names: The data.
    ///   - environment: What else the template can use; the one it was read with where none is given.
    /// - Throws: ``TemplateError`` at the place in the template that failed.
    package func render(
        _ names: Mapping, environment: Environment? = nil, limits: Limits = .standard
    ) throws(TemplateError) -> String {
        let renderer = Renderer(
            source, syntax: syntax, environment: environment ?? self.environment, limits: limits,
            data: names)
        do throws(TemplateError) {
            _ = try renderer.execute(statements)
        } catch {
            throw error.located(in: source)
        }
        return renderer.output
    }
}

/// One expression, without delimiters around it.
package struct Expression: Sendable {
    private let source: SourceText
    private let syntax: Syntax
    private let environment: Environment
    private let node: any ExpressionNode

    /// The names that the expression takes from outside, in the order of the source.
    package let references: [Reference]

    /// - Throws: ``TemplateError`` with code `syntax`, `undefined` for an unknown filter or test, `limit` for a source
    ///   that is nested too deeply.
    package init(
        _ source: String, syntax: Syntax, environment: Environment = .standard
    ) throws(TemplateError) {
        let text = SourceText(source, keepTrailingNewline: true)
        let node: any ExpressionNode
        do throws(TemplateError) {
            var lexer = Lexer(text, syntax: syntax)
            let tokens = try lexer.expressionTokens()
            let parser = Parser(text, syntax: syntax, environment: environment, tokens: tokens)
            node = try parser.wholeExpression()
        } catch {
            throw error.located(in: text)
        }
        var analysis = NameAnalysis(text)
        node.analyse(&analysis)
        self.init(
            node: node, source: text, syntax: syntax, environment: environment, references: analysis.references)
    }

    init(
        node: any ExpressionNode, source: SourceText, syntax: Syntax, environment: Environment,
        references: [Reference]
    ) {
        self.node = node
        self.source = source
        self.syntax = syntax
        self.environment = environment
        self.references = references
    }

    /// The name and the keys, where the expression is nothing but `name.key.key`.
    package var plainPath: (name: String, keys: [String])? {
        guard references.count == 1, let reference = references.first, !reference.isCalled else { return nil }
        var keys: [String] = []
        for segment in reference.path {
            guard case .name(let key) = segment.key, !segment.isCalled else { return nil }
            keys.append(key)
        }
        switch node {
        case is NameNode: return (reference.name, [])
        case let postfix as PostfixNode where postfix.base is NameNode && postfix.operations.count == keys.count:
            return (reference.name, keys)
        default: return nil
        }
    }

    /// The value with its type: tuples become lists, namespaces mappings.
    ///
    /// - Parameter environment: What else the expression can use; the one it was read with where none is given.
    /// - Throws: ``TemplateError`` at the place that failed; code `undefined` where the value itself is.
    package func evaluate(
        _ names: Mapping, environment: Environment? = nil, limits: Limits = .standard
    ) throws(TemplateError) -> Value {
        let renderer = Renderer(
            source, syntax: syntax, environment: environment ?? self.environment, limits: limits,
            data: names)
        do throws(TemplateError) {
            return try renderer.settled(try renderer.value(node))
        } catch {
            throw error.at(node.place).located(in: source)
        }
    }
}
