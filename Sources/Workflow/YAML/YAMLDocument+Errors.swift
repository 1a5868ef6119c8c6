import Yams

extension YAMLDocument {
    /// A parser's complaint in words that tell a person what to change.
    static func diagnostic(for error: YamlError, in source: SourceText) -> Diagnostic {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Place(line: mark.line, column: mark.column)
            if problem.contains("found unexpected end of stream"), let context, context.text.contains("quoted scalar") {
                return Diagnostic(
                    in: source, at: Place(line: context.mark.line, column: context.mark.column),
                    message: "this quote is never closed")
            }
            if problem.contains("undefined alias") {
                return Diagnostic(
                    in: source, at: place, message: "this alias has no anchor; text that begins with `*` needs quotes")
            }
            let before = (1..<max(1, mark.line)).last { !source.line($0).allSatisfy(\.isWhitespace) }
            let lines = [context?.mark.line, mark.line, before].compactMap { $0 }
            let lacksColon = problem.contains("mapping values are not allowed") || problem.contains("expected ':'")
            if let hint = SyntaxHint.find(in: source, lines: lines, keyWithoutColon: lacksColon) {
                return Diagnostic(in: source, at: hint.place, message: hint.message)
            }
            if let context, context.text.contains("flow"), let bracket = openBracket(context, in: source) {
                return bracket
            }
            return Diagnostic(
                in: source, at: place,
                message: explanation(of: problem, context: context, at: place, in: source))
        case .duplicatedKeysInMapping(let keys, _):
            let key = keys.first ?? ""
            let place = secondPlace(of: key, in: source) ?? secondPlaceInFlow(of: key, in: source) ?? .start
            return Diagnostic(
                in: source, at: place, length: key.unicodeScalars.count,
                message: "the key `\(key)` is given twice in the same mapping")
        case .reader:
            let isControl = { (scalar: Unicode.Scalar) in
                scalar.properties.generalCategory == .control && !"\t\n\r\u{85}".unicodeScalars.contains(scalar)
            }
            for (number, line) in source.lines.enumerated() {
                guard let index = line.unicodeScalars.firstIndex(where: isControl) else { continue }
                let column = line.unicodeScalars.distance(from: line.startIndex, to: index) + 1
                let code = String(line.unicodeScalars[index].value, radix: 16, uppercase: true)
                return Diagnostic(
                    in: source, at: Place(line: number + 1, column: column),
                    message: "YAML does not allow the control character U+\(code): remove it")
            }
            return Diagnostic(in: source, at: .start, message: "the file is not readable text")
        default:
            return Diagnostic(in: source, at: .start, message: "the file cannot be read as YAML: \(error)")
        }
    }

    /// A `[` or `{` that nothing closes.
    private static func openBracket(_ context: YamlError.Context, in source: SourceText) -> Diagnostic? {
        let place = Place(line: context.mark.line, column: context.mark.column)
        let bracket = source.line(place.line).unicodeScalars.dropFirst(place.column - 1).first.map(Character.init)
        guard let bracket, bracket == "[" || bracket == "{" else { return nil }
        return Diagnostic(
            in: source, at: place,
            message: "this `\(bracket)` is not closed, or a `,` is missing before what follows")
    }

    private static func explanation(
        of problem: String, context: YamlError.Context?, at place: Place, in source: SourceText
    ) -> String {
        if problem.contains("mapping values are not allowed") {
            return "a second `: ` on one line: put text that holds a colon in quotes, or check the indentation"
        }
        if problem.contains("unknown escape") || problem.contains("hexdecimal") {
            return "in double quotes, `\\` begins an escape: use single quotes"
        }
        if problem.contains("did not find expected node content") { return "a value is missing before this" }
        if problem.contains("found character that cannot start any token") {
            return "a value cannot begin with this character: put it in quotes"
        }
        if problem.contains("could not find expected ':'") {
            return "a `:` is missing after the key, or the indentation is off"
        }
        if problem.contains("did not find expected key") || problem.contains("did not find expected '-' indicator")
            || problem.contains("expected <block end>")
        {
            return "the indentation does not match the lines above, or a quote or bracket is not closed"
        }
        if problem.contains("expected a single document") || problem.contains("found another document") {
            return "a workflow file holds one document: remove the second `---`"
        }
        let before = context.map { "\($0.text) in line \($0.mark.line): " } ?? ""
        return "this is not valid YAML: \(before)\(problem)"
    }

    /// The parser names a repeated key without its place: look for two lines that begin with it, equally indented,
    /// with nothing less indented between them.
    private static func secondPlace(of key: String, in source: SourceText) -> Place? {
        var open: [Int: Place] = [:]
        // The indentation of the line whose block of text is being passed over.
        var blockIndent: Int?
        for number in 1...max(1, source.lines.count) {
            let line = source.line(number)
            let trimmed = line.drop { $0 == " " }
            guard let first = trimmed.first, first != "#" else { continue }
            let indent = line.count - trimmed.count
            if let block = blockIndent {
                if indent > block { continue }
                blockIndent = nil
            }
            if line.firstMatch(of: /[:\-] +[|>][\-+0-9]*\s*(#.*)?$/) != nil { blockIndent = indent }
            var column = line.count - trimmed.count + 1
            open = open.filter { $0.key <= column }
            var rest = trimmed
            while rest.hasPrefix("- ") {
                // A new list element begins a new mapping.
                open = open.filter { $0.key <= column }
                let element = rest.dropFirst(2).drop { $0 == " " }
                column += rest.count - element.count
                rest = element
                open[column] = nil
            }
            guard isKey(rest, key) else { continue }
            if open[column] != nil { return Place(line: number, column: column) }
            open[column] = Place(line: number, column: column)
        }
        return nil
    }

    /// The same for `{ … }`: the second one inside the same braces. Text in quotes is passed over.
    private static func secondPlaceInFlow(of key: String, in source: SourceText) -> Place? {
        // How often the key was seen inside each open brace.
        var seen: [Int] = []
        var quote: Character?
        for number in 1...max(1, source.lines.count) {
            var rest = source.line(number)
            var column = 1
            var last: Character?
            while let character = rest.first {
                let beginsKey = last.map { "{,".contains($0) } ?? true
                if quote == nil, beginsKey, !seen.isEmpty, isKey(rest, key) {
                    seen[seen.count - 1] += 1
                    if seen.last == 2 { return Place(line: number, column: column) }
                }
                if quote == nil, character == "#",
                    last == nil
                        || rest.startIndex > source.line(number).startIndex
                            && source.line(number)[source.line(number).index(before: rest.startIndex)] == " "
                {
                    break
                }
                switch (character, quote) {
                case (let mark, let open?): if mark == open { quote = nil }
                case ("\"", nil), ("'", nil): if last.map({ "{[,:".contains($0) }) ?? true { quote = character }
                case ("{", nil): seen.append(0)
                case ("}", nil): _ = seen.popLast()
                default: break
                }
                rest.removeFirst()
                column += character.unicodeScalars.count
                if character != " " { last = character }
            }
        }
        return nil
    }

    /// Whether a text begins with a key, in quotes or not, and its colon.
    private static func isKey(_ text: some StringProtocol, _ key: String) -> Bool {
        ["", "\"", "'"].contains { quote in
            text.hasPrefix(quote + key + quote)
                && text.dropFirst(key.count + 2 * quote.count).drop { $0 == " " }.first == ":"
        }
    }
}
