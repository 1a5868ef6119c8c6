import Jinja

/// What one pass over a file collects: its mistakes, and the names that expressions use.
///
/// A pass runs on one thread and ends with ``Diagnostics``, so a class without locks serves it.
package final class Decoding {
    let source: SourceText
    private(set) var diagnostics: [Diagnostic] = []
    /// The names used by the expressions decoded since the last ``takeUsedNames()``.
    private var usedNames: [UsedName] = []

    init(source: SourceText) {
        self.source = source
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

    /// Reports a node of the wrong kind.
    func mismatch(_ node: YAMLNode, expected: String, of key: String) {
        report("`\(key)` takes \(expected), not \(node.kindName)", at: node.place, length: node.underlined)
    }
}

extension YAMLNode {
    /// How much of the first line a caret should underline.
    var underlined: Int {
        scalar.map { $0.style == .plain ? $0.text.unicodeScalars.count : 1 } ?? 1
    }
}
