/// The text of a file that a user wrote, with its lines at hand for messages.
package struct SourceText: Sendable, Hashable {
    /// As the user named the file; diagnostics begin with it.
    package let file: String
    package let text: String
    let lines: [Substring]

    package init(file: String, text: String) {
        self.file = file
        self.text = text
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }

    /// Whether the text holds nothing but white space and YAML comments.
    var isBlank: Bool {
        lines.allSatisfy { line in
            let content = line.drop { $0.isWhitespace }
            return content.isEmpty || content.first == "#"
        }
    }

    /// A line by its number, counted from 1; empty past the end.
    package func line(_ number: Int) -> Substring {
        lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }
}

/// A place in a source text. Lines and columns count from 1; a column is a Unicode scalar, as in YAML's own marks.
package struct Place: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = Place(line: 1, column: 1)

    package static func < (one: Place, other: Place) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}
