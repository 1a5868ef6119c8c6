package import Jinja
import OrderedCollections

/// Text of a workflow that may hold `${{ … }}` and blocks, with its place for messages.
package enum TemplatedText: Sendable {
    /// Text without expressions and blocks.
    case constant(String)
    case template(Template, ScalarOrigin)

    init(_ scalar: YAMLScalar, origin: ScalarOrigin) throws(Diagnostic) {
        do {
            let template = try Template(scalar.text, syntax: .workflow)
            self = template.isConstant ? .constant(try template.render([:])) : .template(template, origin)
        } catch {
            throw origin.diagnostic(for: error)
        }
    }

    /// - Throws: a ``Diagnostic`` at the place of the expression that failed.
    package func render(_ names: Mapping, environment: Environment) throws(Diagnostic) -> String {
        switch self {
        case .constant(let text): return text
        case .template(let template, let origin):
            do {
                return try template.render(names, environment: environment, limits: .workflow)
            } catch {
                throw origin.diagnostic(for: error)
            }
        }
    }

    var usedNames: [UsedName] {
        switch self {
        case .constant: []
        case .template(let template, let origin):
            template.references.map { UsedName(reference: $0, origin: origin) }
        }
    }
}

/// A name that an expression takes from outside, with where it stands.
struct UsedName: Sendable {
    var reference: Reference
    var origin: ScalarOrigin
}
