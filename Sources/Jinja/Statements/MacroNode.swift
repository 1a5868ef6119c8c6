import OrderedCollections

/// The parameters and the body of a macro, or of a `call` block, which is a macro named `caller`.
struct Macro: Sendable {
    struct Parameter: Sendable {
        let name: String
        let defaultValue: (any ExpressionNode)?
        let place: SourceRange
    }

    let name: String
    let parameters: [Parameter]
    let body: [any StatementNode]
    /// Whether the body names `varargs`, `kwargs`, `caller`: what it does not name, a call must not give.
    let takesMorePositional: Bool
    let takesMoreNamed: Bool
    let takesCaller: Bool

    func analyse(_ analysis: inout NameAnalysis) {
        analysis.open()
        for parameter in parameters {
            parameter.defaultValue?.analyse(&analysis)
            analysis.bind(parameter.name)
        }
        for name in ["varargs", "kwargs", "caller"] { analysis.bind(name) }
        analysis.visit(body)
        analysis.close()
    }
}

/// A macro together with the names around its definition.
struct BoundMacro {
    let macro: Macro
    let scope: Scope
}

/// `{% macro name(a, b=1) %}…{% endmacro %}`
final class MacroNode: StatementNode {
    let macro: Macro
    let place: SourceRange

    init(_ macro: Macro, place: SourceRange) {
        self.macro = macro
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        try renderer.step()
        renderer.scope.set(macro.name, renderer.bind(macro))
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {
        analysis.bind(macro.name)
        macro.analyse(&analysis)
    }
}

/// `{% call(x) name(…) %}…{% endcall %}`: the body is given to the macro as `caller`.
final class CallBlockNode: StatementNode {
    let call: PostfixNode
    let caller: Macro
    let place: SourceRange

    init(_ call: PostfixNode, caller: Macro, place: SourceRange) {
        self.call = call
        self.caller = caller
        self.place = place
    }

    func execute(_ renderer: Renderer) throws(TemplateError) -> Flow {
        let caller = renderer.bind(caller)
        try renderer.emit(try renderer.text(try call.evaluate(renderer, extra: caller)))
        return .goesOn
    }

    func analyse(_ analysis: inout NameAnalysis) {
        call.analyse(&analysis)
        caller.analyse(&analysis)
    }
}

extension Renderer {
    func bind(_ macro: Macro) -> Value {
        macros.append(BoundMacro(macro: macro, scope: scope))
        return .transient(Transient(kind: .macro, index: macros.count - 1))
    }

    /// Runs a macro and gives what it puts out.
    func callMacro(_ index: Int, _ arguments: Arguments) throws(TemplateError) -> Value {
        let macro = macros[index].macro
        let outer = scope
        scope = try parameterScope(macros[index], arguments)
        defer { scope = outer }
        try setDefaults(of: macro)
        return .string(try capture(macro.body))
    }

    /// Gives values to the parameters that the call has left out.
    private func setDefaults(of macro: Macro) throws(TemplateError) {
        for parameter in macro.parameters where scope.index(of: parameter.name) == nil {
            if let defaultValue = parameter.defaultValue {
                scope.set(parameter.name, try value(defaultValue))
            } else {
                scope.set(parameter.name, undefinedParameter(parameter, of: macro))
            }
        }
    }

    private func undefinedParameter(_ parameter: Macro.Parameter, of macro: Macro) -> Value {
        undefined(.hint("the parameter `\(parameter.name)` of `\(macro.name)` is not given"), parameter.place)
    }

    /// A scope with what the call gives.
    private func parameterScope(_ bound: BoundMacro, _ arguments: Arguments) throws(TemplateError) -> Scope {
        let macro = bound.macro
        let inner = Scope(parent: bound.scope)
        var named = arguments.named
        for (index, parameter) in macro.parameters.enumerated() {
            if index < arguments.positional.count {
                inner.set(parameter.name, arguments.positional[index])
            } else if let value = named.removeValue(forKey: parameter.name) {
                inner.set(parameter.name, value)
            }
        }
        if macro.takesCaller, !macro.parameters.contains(where: { $0.name == "caller" }) {
            let place = SourceRange(offset: 0, length: 0)
            let caller = named.removeValue(forKey: "caller")
            inner.set("caller", caller ?? undefined(.hint("the macro `\(macro.name)` is not called by `call`"), place))
        }
        if macro.takesMoreNamed {
            inner.set("kwargs", .mapping(named))
        } else if let name = named.keys.first {
            throw TemplateError(
                .argument,
                macro.parameters.contains { $0.name == name }
                    ? "the macro `\(macro.name)` gets `\(name)` twice"
                    : "the macro `\(macro.name)` has no parameter `\(name)`",
                suggestion: nearest(name, among: macro.parameters.map(\.name)))
        }
        let more = arguments.positional.dropFirst(macro.parameters.count)
        if macro.takesMorePositional {
            inner.set("varargs", tuple(Array(more)))
        } else if !more.isEmpty {
            let count = macro.parameters.count
            throw TemplateError(
                .argument, "the macro `\(macro.name)` takes at most \(count) argument\(count == 1 ? "" : "s")")
        }
        return inner
    }
}
