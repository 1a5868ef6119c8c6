import Jinja

/// `on_invalid:` what a step does with an answer that is not what was asked for.
package enum InvalidAnswerRule: String, Sendable {
    /// The step fails.
    case fail
    /// The data are kept as they are.
    case keep
    /// The data are null.
    case null
}

extension FieldType where Held == InvalidAnswerRule {
    /// `null` with quotes and without, since nobody thinks of it as a word.
    static var invalidAnswerRule: FieldType {
        let expected = "one of `fail`, `keep`, `null`"
        return FieldType(
            expected: expected, schema: ["enum": ["fail", "keep", "null", nil]], takesNull: true
        ) { node, key, decoding in
            if let text = node.scalar?.text, let rule = InvalidAnswerRule(rawValue: text.lowercased()) { return rule }
            decoding.mismatch(node, expected: expected, of: key)
            return nil
        }
    }
}
