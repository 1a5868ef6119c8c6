package import Jinja
import OrderedCollections

/// A value of a workflow in which any scalar may be an expression.
package indirect enum TemplatedValue: Sendable {
    case constant(Value)
    /// A scalar that is one whole `${{ … }}`: its value keeps its type.
    case expression(Expression, ScalarOrigin)
    case text(TemplatedText)
    case list([TemplatedValue])
    case mapping([(key: String, value: TemplatedValue)])

    /// - Throws: a ``Diagnostic`` at the place of the expression that failed.
    package func evaluate(_ names: Mapping, environment: Environment) throws(Diagnostic) -> Value {
        switch self {
        case .constant(let value): return value
        case .expression(let expression, let origin):
            do {
                return try expression.evaluate(names, environment: environment, limits: .workflow)
            } catch {
                throw origin.diagnostic(for: error)
            }
        case .text(let text): return .string(try text.render(names, environment: environment))
        case .list(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try element.evaluate(names, environment: environment)) }
            return .list(values)
        case .mapping(let entries):
            var values: Mapping = [:]
            for (key, value) in entries { values[key] = try value.evaluate(names, environment: environment) }
            return .mapping(values)
        }
    }

    var usedNames: [UsedName] {
        switch self {
        case .constant: []
        case .expression(let expression, let origin):
            expression.references.map { UsedName(reference: $0, origin: origin) }
        case .text(let text): text.usedNames
        case .list(let elements): elements.flatMap(\.usedNames)
        case .mapping(let entries): entries.flatMap(\.value.usedNames)
        }
    }

    /// The keys of the value, where it is a mapping in the file itself.
    var literalKeys: [String]? {
        if case .mapping(let entries) = self { entries.map(\.key) } else { nil }
    }
}
