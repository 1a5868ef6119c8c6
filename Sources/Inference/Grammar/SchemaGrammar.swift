package import Jinja

package struct SchemaGrammar: Sendable, Hashable {
    package let gbnf: String
    package let unconstrained: [String]
    package init(_ schema: Value) throws {
        gbnf = """
            root ::= object
            value ::= object | array | string | number | "true" | "false" | "null"
            object ::= "{" (string ": " value (", " string ": " value)*)? "}"
            array ::= "[" (value (", " value)*)? "]"
            string ::= "\\"" ([^"\\\\\\x00-\\x1f] | "\\\\" ["\\\\/bfnrt])* "\\""
            number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})?
            """
        unconstrained = []
    }
}
