import OrderedCollections

/// A function that templates can call by name.
package struct Callable: Sendable, Hashable {
    package typealias Body = @Sendable (Arguments) throws(CallError) -> Value

    /// The name that error messages show.
    package let name: String
    let implementation: Implementation

    enum Implementation: Sendable {
        case body(Body)
        case builtin(BuiltinFunction)
    }

    /// A function of the caller's own. It is called on the rendering thread and gets its arguments evaluated; none of
    /// them is undefined.
    package init(_ name: String, _ body: @escaping Body) {
        self.name = name
        implementation = .body(body)
    }

    init(_ builtin: BuiltinFunction) {
        name = builtin.rawValue
        implementation = .builtin(builtin)
    }

    /// Callables are the same where their names are.
    package static func == (left: Callable, right: Callable) -> Bool { left.name == right.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The evaluated arguments of a call.
package struct Arguments: Sendable {
    package var positional: [Value]
    package var named: Mapping

    package init(positional: [Value] = [], named: Mapping = [:]) {
        self.positional = positional
        self.named = named
    }

    package var isEmpty: Bool { positional.isEmpty && named.isEmpty }
}

/// Why a function of the caller's could not be called, or refused: becomes a ``TemplateError`` at the place of the call.
package struct CallError: Error, Sendable {
    package let code: TemplateError.Code
    package let message: String

    package init(_ message: String, code: TemplateError.Code = .argument) {
        self.code = code
        self.message = message
    }
}
