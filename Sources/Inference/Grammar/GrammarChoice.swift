package import Jinja

/// What an answer is held to while it is written.
package enum GrammarChoice: Sendable, Hashable {
    /// A JSON Schema.
    case schema(Value)
    /// A grammar in GBNF.
    case gbnf(String)
    /// One of these texts.
    case choices([String])

    /// The grammar, and what it leaves open.
    ///
    /// - Throws: ``GrammarError`` or ``SchemaGrammarError``, a sentence without a full stop.
    package func gbnf() throws -> (gbnf: String, unconstrained: [String]) {
        switch self {
        case .schema(let schema):
            let grammar = try SchemaGrammar(schema)
            return (grammar.gbnf, grammar.unconstrained)
        case .gbnf(let text): return (text, [])
        case .choices(let choices):
            return ("root ::= " + choices.map(Self.literal).joined(separator: " | "), [])
        }
    }

    /// A text as GBNF writes it.
    static func literal(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                quoted += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\"\(quoted)\""
    }
}
