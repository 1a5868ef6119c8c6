extension Diagnostic {
    /// The longest part of a line that a message shows, in characters.
    private static let widestSnippet = 160

    /// The headline, the line of the file and a caret under the place.
    package var text: String {
        let scalars = Array(snippet.unicodeScalars)
        guard !scalars.isEmpty else { return headline }
        let column = min(place.column - 1, scalars.count)
        // A long line is shown from a little before the place.
        let start = column > Self.widestSnippet - 40 ? column - 60 : 0
        let shown = scalars[start..<min(scalars.count, start + Self.widestSnippet)]
        // Tabs stay tabs, so that the caret stands under its place whatever their width.
        let indent = scalars[start..<column].map { $0 == "\t" ? "\t" : " " }.joined()
        let underline = String(repeating: "~", count: max(0, min(length, shown.count - (column - start)) - 1))
        let number = String(place.line)
        let gutter = String(repeating: " ", count: number.count)
        return """
            \(headline)
             \(number) | \(String(String.UnicodeScalarView(shown)))
             \(gutter) | \(indent)^\(underline)
            """
    }
}
