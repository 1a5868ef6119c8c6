/// Where a scalar's text stands in its file, to turn an offset in the text into a place in the file.
package struct ScalarOrigin: Sendable, Hashable {
    let source: SourceText
    let scalar: YAMLScalar
    /// Where YAML says that the scalar begins: its quote, its `|`, or its first character.
    let place: Place

    /// The scalar's text.
    package var text: String { scalar.text }

    /// The place in the file of a UTF-8 offset in the scalar's text.
    ///
    /// Walks text and file side by side. Folding and escaping change white space and a few characters only, so
    /// skipping what YAML adds keeps the two together; where they part, the walk stays at the last sure place.
    package func place(ofOffset offset: Int) -> Place {
        var walk = SourceWalk(source: source, at: place)
        walk.open(scalar.style)
        var passed = 0
        for character in scalar.text.unicodeScalars {
            if passed >= offset, !character.properties.isWhitespace {
                walk.seek(character, in: scalar.style)
                return walk.place
            }
            passed += UTF8.width(character)
            guard !character.properties.isWhitespace else { continue }
            walk.seek(character, in: scalar.style)
            walk.advance()
        }
        return walk.place
    }

    func diagnostic(atOffset offset: Int, length: Int, message: String, suggestion: String? = nil) -> Diagnostic {
        Diagnostic(
            in: source, at: place(ofOffset: offset), length: length, message: message, suggestion: suggestion)
    }
}

/// A cursor over the characters of a file, a line at a time.
private struct SourceWalk {
    private let source: SourceText
    private var line: Int
    private var column: Int
    private var characters: [Unicode.Scalar]

    init(source: SourceText, at place: Place) {
        self.source = source
        line = place.line
        column = place.column
        characters = Array(source.line(place.line).unicodeScalars)
    }

    var place: Place { Place(line: line, column: column) }

    private var current: Unicode.Scalar? {
        characters.indices.contains(column - 1) ? characters[column - 1] : nil
    }

    /// Steps over the mark that opens a scalar.
    mutating func open(_ style: YAMLScalar.Style) {
        switch style {
        case .plain: break
        case .singleQuoted, .doubleQuoted: column += 1
        case .literal, .folded: nextLine()
        }
    }

    mutating func advance() { column += 1 }

    /// Moves on to the next place where a character, or its escape, stands.
    mutating func seek(_ character: Unicode.Scalar, in style: YAMLScalar.Style) {
        let start = self
        // An escape is at most ten characters, folding passes white space only: what is further off is not it.
        var budget = 2_000
        while budget > 0 {
            budget -= 1
            guard let current else {
                guard line < source.lines.count else { break }
                nextLine()
                continue
            }
            if current == character { return }
            if style == .doubleQuoted, current == "\\" {
                if escapeLength(for: character) != nil { return }
                column += 1
                continue
            }
            guard current.properties.isWhitespace || style != .literal else { break }
            column += 1
        }
        self = start
    }

    private func escapeLength(for character: Unicode.Scalar) -> Int? {
        guard characters.indices.contains(column) else { return nil }
        let kind = characters[column]
        return kind == character || "xuU".unicodeScalars.contains(kind) ? 2 : nil
    }

    private mutating func nextLine() {
        line += 1
        column = 1
        characters = Array(source.line(line).unicodeScalars)
    }
}
