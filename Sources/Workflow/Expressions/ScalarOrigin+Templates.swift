import Jinja

extension ScalarOrigin {
    /// A template's complaint at its place in the file.
    func diagnostic(for error: TemplateError) -> Diagnostic {
        if let comment = commentBehind {
            return Diagnostic(
                in: source, at: comment,
                message: "YAML takes ` #` for the beginning of a comment, which cuts the text off: put it in quotes")
        }
        return diagnostic(
            atOffset: error.offset, length: error.length, message: error.message, suggestion: error.suggestion)
    }

    /// Where a comment begins right behind a text without quotes: it may be meant to be part of it.
    private var commentBehind: Place? {
        guard scalar.style == .plain, !scalar.text.contains(where: \.isNewline) else { return nil }
        let line = source.line(place.line).unicodeScalars.dropFirst(place.column - 1)
        let text = scalar.text.unicodeScalars
        guard line.starts(with: text) else { return nil }
        let rest = line.dropFirst(text.count)
        let blanks = rest.prefix { $0 == " " }.count
        guard blanks > 0, rest.dropFirst(blanks).first == "#" else { return nil }
        return Place(line: place.line, column: place.column + text.count + blanks)
    }
}
