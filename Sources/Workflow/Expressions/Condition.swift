package import Jinja

/// A bare expression that is true or false, as `if:` takes it.
package struct Condition: Sendable {
    let expression: Expression
    let origin: ScalarOrigin

    /// Takes the expression with or without `${{ }}` around it.
    init(_ scalar: YAMLScalar, origin: ScalarOrigin) throws(Diagnostic) {
        do {
            if let whole = try Template(scalar.text, syntax: .workflow).wholeExpression {
                expression = whole
            } else {
                expression = try Expression(scalar.text, syntax: .workflow)
            }
        } catch {
            throw origin.diagnostic(for: error)
        }
        self.origin = origin
    }

    /// Whether the value counts as true by Jinja's rule: all but false, null, 0 and what is empty.
    package func isMet(_ names: Mapping, environment: Environment) throws(Diagnostic) -> Bool {
        do {
            return try expression.evaluate(names, environment: environment).isTruthy
        } catch {
            throw origin.diagnostic(for: error)
        }
    }

    var usedNames: [UsedName] {
        expression.references.map { UsedName(reference: $0, origin: origin) }
    }
}
