/// A mistake of the user in a file, with its place: a value to be collected, not the first one thrown.
package struct Diagnostic: Error, Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable, Codable {
        case error, warning
    }

    package var severity: Severity
    package var file: String
    package var place: Place
    /// How many columns the caret underlines; at least 1.
    package var length: Int
    /// One sentence: what is wrong and what was expected.
    package var message: String
    /// What the user probably meant, as it would stand in the file.
    package var suggestion: String?
    /// The line of the place as it stands in the file.
    package var snippet: String

    package init(
        _ severity: Severity = .error, in source: SourceText, at place: Place, length: Int = 1, message: String,
        suggestion: String? = nil
    ) {
        self.severity = severity
        file = source.file
        self.place = place
        self.length = max(1, length)
        self.message = message
        self.suggestion = suggestion
        snippet = String(source.line(place.line))
    }

    /// `file:line:column: error: message`, without the line and the caret.
    package var headline: String {
        let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return "\(file):\(place.line):\(place.column): \(severity.rawValue): \(message)\(hint)"
    }
}

/// The mistakes of one file, in the order of their places.
package struct Diagnostics: Error, Sendable, Hashable {
    package private(set) var all: [Diagnostic]

    package init(_ all: [Diagnostic]) {
        var seen: Set<Diagnostic> = []
        self.all = all.sorted { $0.place < $1.place }.filter { seen.insert($0).inserted }
    }

    package var hasErrors: Bool { all.contains { $0.severity == .error } }
}
