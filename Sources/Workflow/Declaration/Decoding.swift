import Jinja

/// What one pass over a file collects: its mistakes, and the names that expressions use.
///
/// A pass runs on one thread and ends with ``Diagnostics``, so a class without locks serves it.
package final class Decoding {
    let source: SourceText
    private(set) var diagnostics: [Diagnostic] = []
    /// The names used by the expressions decoded since the last ``takeUsedNames()``.
    private var usedNames: [UsedName] = []
    /// What all expressions together ask of steps.
    private(set) var demands = Demands()
    /// Where the workflows are that this one calls.
    let library: WorkflowLibrary?

    init(source: SourceText, library: WorkflowLibrary? = nil) {
        self.source = source
        self.library = library
    }

    func report(
        _ message: String, at place: Place, length: Int = 1, suggestion: String? = nil,
        severity: Diagnostic.Severity = .error
    ) {
        diagnostics.append(
            Diagnostic(
                severity, in: source, at: place, length: length, message: message, suggestion: suggestion))
    }

    func report(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }

    func note(_ names: [UsedName]) {
        usedNames += names
        for name in names { demands.note(name.reference) }
    }

    func takeUsedNames() -> [UsedName] {
        defer { usedNames = [] }
        return usedNames
    }

    func origin(of node: YAMLNode, _ scalar: YAMLScalar) -> ScalarOrigin {
        ScalarOrigin(source: source, scalar: scalar, place: node.place)
    }

    /// Runs a reading of an expression, and reports what it throws.
    func attempt<Result>(_ body: () throws(Diagnostic) -> Result) -> Result? {
        do {
            return try body()
        } catch {
            report(error)
            return nil
        }
    }

    /// Tells of delimiters that are plain text here, where what they hold is one of our names.
    func warnOfBareDelimiters(in node: YAMLNode, _ scalar: YAMLScalar) {
        guard
            let match = scalar.text.firstMatch(
                of: /(^|[^$])(\{\{-?\s*(?:steps|inputs|item|env|run|workflow)(?![A-Za-z0-9_]))/)
        else {
            return
        }
        let offset = scalar.text.utf8.distance(from: scalar.text.startIndex, to: match.output.2.startIndex)
        var warning = origin(of: node, scalar).diagnostic(
            atOffset: offset, length: 2, message: "`{{` is plain text here: an expression is written `${{ … }}`")
        warning.severity = .warning
        report(warning)
    }

    /// A number that is out of bounds is shown; of anything else its kind is what is wrong.
    private func shown(_ node: YAMLNode, _ expected: String) -> String {
        guard let scalar = node.scalar, scalar.resolved.number != nil, expected.contains(where: \.isNumber) else {
            return node.kindName
        }
        return "`\(scalar.text)`"
    }

    /// Reports a node of the wrong kind.
    func mismatch(_ node: YAMLNode, expected: String, of key: String) {
        let trap = YAMLTrap.behind(node, expected: expected, in: source)
        report(
            "`\(key)` takes \(expected), not \(shown(node, expected))" + (trap.map { ": \($0.explanation)" } ?? ""),
            at: node.place, length: node.underlined, suggestion: trap?.suggestion)
    }
}

extension YAMLNode {
    /// How much of the first line a caret should underline.
    var underlined: Int {
        scalar.map { $0.style == .plain ? $0.text.unicodeScalars.count : 1 } ?? 1
    }
}
