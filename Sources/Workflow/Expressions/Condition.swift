package import Jinja

/// The functions that `if` has beside those of every expression: they tell how the steps before have ended.
package enum StatusFunction: String, Sendable, CaseIterable {
    /// Whether none of the steps that this one waits for, directly or through others, has failed.
    case success
    /// Whether one of them has.
    case failure
    /// True, whatever happened.
    case always

    /// Whether the name is one of a status function.
    static func isName(_ name: String) -> Bool { StatusFunction(rawValue: name) != nil }
}

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
            if let inner = scalar.text.firstRange(of: "${{") {
                throw origin.diagnostic(
                    atOffset: scalar.text.utf8.distance(from: scalar.text.startIndex, to: inner.lowerBound), length: 3,
                    message: "this is one expression: leave `${{ }}` out, or put one pair around the whole")
            }
            if let bare = scalar.text.firstRange(of: "{{") {
                throw origin.diagnostic(
                    atOffset: scalar.text.utf8.distance(from: scalar.text.startIndex, to: bare.lowerBound), length: 2,
                    message: "an expression stands here as it is, or in `${{ }}`, not in `{{ }}`")
            }
            throw origin.diagnostic(for: error)
        }
        self.origin = origin
    }

    /// The condition as it stands in the file.
    package var source: String { origin.scalar.text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    /// Whether the condition itself decides what happens after a failure: it calls one of the ``StatusFunction``s.
    package var asksForFailure: Bool {
        expression.references.contains { reference in
            reference.isCalled && StatusFunction.isName(reference.name)
        }
    }

    /// Whether the value counts as true by Jinja's rule: all but false, null, 0 and what is empty.
    package func isMet(_ names: Mapping, environment: Environment) throws(Diagnostic) -> Bool {
        do {
            return try expression.evaluate(names, environment: environment, limits: .workflow).isTruthy
        } catch {
            throw origin.diagnostic(for: error)
        }
    }

    var usedNames: [UsedName] {
        expression.references.map { UsedName(reference: $0, origin: origin) }
    }
}
