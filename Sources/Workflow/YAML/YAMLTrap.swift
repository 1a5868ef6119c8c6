import Jinja

/// What YAML makes of a text that looks like something else, explained in plain words.
struct YAMLTrap {
    /// To be added to a message.
    let explanation: String
    /// What was probably meant.
    var suggestion: String?

    /// The trap that a node of the wrong kind fell into, if it is one.
    static func behind(_ node: YAMLNode, expected: String, in source: SourceText) -> YAMLTrap? {
        switch node.content {
        case .scalar(let scalar):
            return scalar.style == .plain ? plain(scalar.text, expected) : quoted(scalar.text, expected)
        case .mapping where begins(node, with: "{{", in: source):
            return YAMLTrap(
                explanation: "YAML takes `{{` for the beginning of a mapping; an expression is written `${{ … }}`")
        case .mapping where begins(node, with: "{", in: source) && expected.hasPrefix("text"):
            return YAMLTrap(explanation: "text that begins with `{` needs quotes")
        case .sequence(let elements)
        where begins(node, with: "[", in: source) && expected.hasPrefix("text")
            && elements.allSatisfy({ $0.scalar?.style == .plain }):
            return YAMLTrap(explanation: "text that begins with `[` needs quotes")
        case .mapping, .sequence: return nil
        }
    }

    private static func quoted(_ text: String, _ expected: String) -> YAMLTrap? {
        let unquoted = YAMLScalar(text: text, style: .plain).resolved
        let fits = wantsNumber(expected) ? unquoted.number != nil : wantsBoolean(expected) && unquoted.boolean != nil
        return fits ? YAMLTrap(explanation: "the quotes make it text", suggestion: text) : nil
    }

    private static func plain(_ text: String, _ expected: String) -> YAMLTrap? {
        if expected.contains("an expression"), text.firstMatch(of: /^(steps|inputs|item|env)\./) != nil {
            return YAMLTrap(explanation: "an expression is written in `${{ }}`", suggestion: "${{ \(text) }}")
        }
        if wantsBoolean(expected) {
            let words = ["yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"]
            return words[text.lowercased()].map {
                YAMLTrap(explanation: "`\(text)` is a word here, as in YAML 1.2", suggestion: $0)
            }
        }
        guard wantsNumber(expected) else { return nil }
        if text.wholeMatch(of: /[0-9]+(:[0-5]?[0-9])+/) != nil {
            return YAMLTrap(explanation: "`\(text)` is a text here; only YAML 1.1 counts it in sixties")
        }
        if text.wholeMatch(of: /[-+]?0[0-9_]+/) != nil {
            return YAMLTrap(
                explanation: "the zero in front makes it a text",
                suggestion: Int(text.replacing("_", with: "")).map { String($0) })
        }
        if text.wholeMatch(of: /[-+]?[0-9][0-9_,]*[0-9]/) != nil, text.contains(where: { $0 == "_" || $0 == "," }) {
            return YAMLTrap(
                explanation: "a number is written without marks between its digits",
                suggestion: text.filter { $0 != "_" && $0 != "," })
        }
        return nil
    }

    private static func wantsBoolean(_ expected: String) -> Bool { expected == "true or false" }

    private static func wantsNumber(_ expected: String) -> Bool {
        ["a number", "a whole number", "the number"].contains { expected.hasPrefix($0) }
    }

    /// Whether YAML took an expression without quotes and `$` for a mapping.
    static func isBareExpression(_ node: YAMLNode, in source: SourceText) -> Bool {
        if case .mapping = node.content { begins(node, with: "{{", in: source) } else { false }
    }

    private static func begins(_ node: YAMLNode, with mark: String, in source: SourceText) -> Bool {
        String(String.UnicodeScalarView(source.line(node.place.line).unicodeScalars.dropFirst(node.place.column - 1)))
            .hasPrefix(mark)
    }
}
