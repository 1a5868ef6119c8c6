package import Jinja
import OrderedCollections
import Yams

/// Values as YAML that every reader takes for what they are: a text that looks like something else has quotes.
package enum YAMLText {
    /// A document with one value, without the line that begins it.
    package static func document(_ value: Value) throws -> String {
        // So wide that nothing is folded, which readers would have to unfold.
        try Yams.serialize(node: node(value), width: -1, allowUnicode: true)
    }

    private static func node(_ value: Value) -> Yams.Node {
        switch value {
        case .list(let values):
            .sequence(.init(values.map(node), .implicit, values.isEmpty ? .flow : .block))
        case .mapping(let entries):
            .mapping(
                .init(entries.map { (node(.string($0)), node($1)) }, .implicit, entries.isEmpty ? .flow : .block))
        case .string(let text): .scalar(.init(text, .implicit, style(of: text)))
        default: .scalar(.init(value.json(.compact), .implicit, .plain))
        }
    }

    private static func style(of text: String) -> Yams.Node.Scalar.Style {
        if text.wholeMatch(of: plainText) != nil, !misreadWords.contains(text.lowercased()) { return .plain }
        let isBlock =
            text.contains("\n") && !text.hasPrefix(" ") && !text.hasPrefix("\n") && !text.hasSuffix("\n\n")
            && text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.properties.isWhitespace || $0 == " " }
            && !text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control }
            && !text.contains(" \n")
        return isBlock ? .literal : .doubleQuoted
    }

    /// Words and what stands between them, beginning with a letter: nothing that YAML gives a meaning.
    private static var plainText: Regex<Substring> { /\p{L}(?:[\p{L}\p{N}_.\/, -]*[\p{L}\p{N}_.\/])?/ }

    /// What some reader takes for no text.
    private static let misreadWords: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
}
