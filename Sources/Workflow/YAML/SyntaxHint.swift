/// What probably went wrong in a file that the YAML parser cannot read, found by looking at the lines that it complains
/// about as a person would: the parser tells where it stopped, which is often behind the mistake.
struct SyntaxHint {
    let place: Place
    let message: String

    /// - Parameters:
    ///   - lines: the lines to look at, the likeliest first.
    ///   - keyWithoutColon: whether the complaint may come of a key that no `:` follows.
    static func find(in source: SourceText, lines: [Int], keyWithoutColon: Bool) -> SyntaxHint? {
        if keyWithoutColon {
            for line in lines {
                if let hint = Line(number: line, text: source.line(line)).missingColon { return hint }
            }
        }
        for line in lines {
            if let hint = Line(number: line, text: source.line(line)).hint { return hint }
        }
        return nil
    }
}

/// One line with the value that stands on it.
private struct Line {
    let number: Int
    let text: Substring

    var hint: SyntaxHint? {
        let content = text.drop { $0 == " " }
        guard let first = content.first, first != "#" else { return nil }
        if let hint = tabHint ?? keyHint(content) { return hint }
        guard let value = value(of: content), let mark = value.first else { return nil }
        return valueHint(value, mark)
    }

    /// A line that begins with a word of the language, with no `:` anywhere.
    var missingColon: SyntaxHint? {
        guard !text.contains(":"), let match = text.firstMatch(of: /^ *(?:- +)*([a-z_]+)(?: .*)?$/),
            Self.keys.contains(String(match.output.1))
        else { return nil }
        return hint(at: match.output.1, "a `:` is missing behind `\(match.output.1)`")
    }

    private static let keys = Set(
        WorkflowKeys.fields.map(\.key) + StepKeys.fields.map(\.key) + StepKinds.all.map { $0.key })

    private func hint(at part: Substring, _ message: String) -> SyntaxHint {
        SyntaxHint(
            place: Place(
                line: number,
                column: text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex) + 1),
            message: message)
    }

    /// A tab before the first word of the line, or behind a `-`.
    private var tabHint: SyntaxHint? {
        guard let tab = text.firstMatch(of: /^[ \-]*(\t)/) else { return nil }
        return hint(at: tab.output.1, "YAML does not allow a tab in indentation: use spaces")
    }

    private func keyHint(_ content: Substring) -> SyntaxHint? {
        if let match = content.firstMatch(of: /^-([A-Za-z_]\w*):/), !content.hasPrefix("---") {
            return hint(at: match.output.1, "a space is missing behind `-`")
        }
        if let match = content.firstMatch(of: /^(?:- +)*[A-Za-z_]\w*(:[^\s:\/].*)$/), !match.output.1.contains(": ") {
            return hint(at: match.output.1, "a space is missing behind `:`")
        }
        return nil
    }

    /// What stands behind the dashes and the key of the line.
    private func value(of content: Substring) -> Substring? {
        if let match = content.firstMatch(of: /^(?:- +)*[A-Za-z_][\w.\-]*: +(\S.*)$/) { return match.output.1 }
        if let match = content.firstMatch(of: /^(?:- +)+(\S.*)$/) { return match.output.1 }
        return nil
    }

    private func valueHint(_ value: Substring, _ mark: Character) -> SyntaxHint? {
        switch mark {
        case "*", "&", "!", "@", "`", "%", ",", "]", "}":
            return hint(at: value, "text that begins with \(mark == "`" ? "a backtick" : "`\(mark)`") needs quotes")
        case "{", "[": return bracketHint(value, mark)
        case "|", ">":
            guard value.firstMatch(of: /^[|>][\-+0-9]*\s+[^\s#]/) != nil else { return nil }
            return hint(at: value, "behind `\(mark)`, the text begins on the next line, further to the right")
        case "-" where value.hasPrefix("- "):
            return hint(at: value, "a list begins on a line of its own, or is written as `[…]`")
        case "\"": return doubleQuoteHint(value)
        case "'":
            guard let match = value.firstMatch(of: /^'(?:[^']|'')*'\s*([^\s,}\]#:].*)/) else { return nil }
            return hint(
                at: match.output.1, "the text ended at the quote before: inside quotes, `'` is written twice")
        default: return nil
        }
    }

    private func doubleQuoteHint(_ value: Substring) -> SyntaxHint? {
        if let match = value.firstMatch(of: /^"(?:[^"\\]|\\["\\\/abefnrtv0 N_LPxuU])*(\\[^"\\\/abefnrtv0 N_LPxuU])/) {
            return hint(
                at: match.output.1, "in double quotes, `\(match.output.1)` is no escape: use single quotes")
        }
        if let match = value.firstMatch(of: /^"(?:[^"\\]|\\.)*(\\[xuU])/) {
            return hint(
                at: match.output.1,
                "in double quotes, `\(match.output.1)` begins the number of a character: use single quotes")
        }
        if let match = value.firstMatch(of: /^"(?:[^"\\]|\\.)*"\s*([^\s,}\]#:].*)/) {
            return hint(at: match.output.1, "the text ended at the quote before: put the whole in single quotes")
        }
        return nil
    }

    /// A value that begins like a list or a mapping of one line.
    private func bracketHint(_ value: Substring, _ mark: Character) -> SyntaxHint? {
        if value.hasPrefix("{{") {
            return hint(
                at: value,
                "text that begins with `{` needs quotes, and an expression is written `${{ … }}`")
        }
        if value.hasPrefix("{%") { return hint(at: value, "text that begins with `{` needs quotes") }
        guard let end = end(of: value) else {
            if let expression = value.firstRange(of: "${{") {
                return hint(
                    at: value[expression.lowerBound...],
                    "an expression inside `{ }` or `[ ]` needs quotes around it")
            }
            return nil
        }
        let rest = value[value.index(after: end)...].drop { $0 == " " }
        if !rest.isEmpty, rest.first != "#" { return hint(at: value, "text that begins with `\(mark)` needs quotes") }
        if let expression = value.firstRange(of: "${{"), !isQuoted(expression.lowerBound, in: value) {
            return hint(
                at: value[expression.lowerBound...], "an expression inside `{ }` or `[ ]` needs quotes around it")
        }
        return nil
    }

    /// The bracket that closes the first one.
    private func end(of value: Substring) -> Substring.Index? {
        var open: [Character] = []
        var quote: Character?
        for index in value.indices {
            let character = value[index]
            if let current = quote {
                if character == current { quote = nil }
                continue
            }
            switch character {
            case "\"", "'": quote = character
            case "{": open.append("}")
            case "[": open.append("]")
            case "}", "]":
                guard open.popLast() == character else { return nil }
                if open.isEmpty { return index }
            default: break
            }
        }
        return nil
    }

    private func isQuoted(_ place: Substring.Index, in value: Substring) -> Bool {
        var quote: Character?
        for character in value[..<place] {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            }
        }
        return quote != nil
    }
}
