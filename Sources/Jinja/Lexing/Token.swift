/// A token of a template: a stretch of text, a delimiter, or a word of an expression.
///
/// A class, because the parser holds many on its stack at once.
final class Token: Sendable {
    enum Kind: Sendable, Equatable {
        case text(String)
        case variableBegin
        case variableEnd
        case blockBegin
        case blockEnd
        case name(String)
        case integer(Int)
        case number(Double)
        case string(String)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "**"
        case concatenate = "~"
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case equal = "=="
        case notEqual = "!="
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
        case assign = "="
        case dot = "."
        case colon = ":"
        case pipe = "|"
        case comma = ","
        case semicolon = ";"

        /// The symbol that starts with a byte, and its length; the longer one where there are two.
        static func match(_ first: UInt8, _ second: UInt8) -> (Symbol, Int)? {
            switch (Unicode.Scalar(first), Unicode.Scalar(second)) {
            case ("/", "/"): (.floorDivide, 2)
            case ("*", "*"): (.power, 2)
            case ("=", "="): (.equal, 2)
            case ("!", "="): (.notEqual, 2)
            case (">", "="): (.greaterOrEqual, 2)
            case ("<", "="): (.lessOrEqual, 2)
            case ("+", _): (.add, 1)
            case ("-", _): (.subtract, 1)
            case ("*", _): (.multiply, 1)
            case ("/", _): (.divide, 1)
            case ("%", _): (.modulo, 1)
            case ("~", _): (.concatenate, 1)
            case ("(", _): (.leftParenthesis, 1)
            case (")", _): (.rightParenthesis, 1)
            case ("[", _): (.leftBracket, 1)
            case ("]", _): (.rightBracket, 1)
            case ("{", _): (.leftBrace, 1)
            case ("}", _): (.rightBrace, 1)
            case (">", _): (.greater, 1)
            case ("<", _): (.less, 1)
            case ("=", _): (.assign, 1)
            case (".", _): (.dot, 1)
            case (":", _): (.colon, 1)
            case ("|", _): (.pipe, 1)
            case (",", _): (.comma, 1)
            case (";", _): (.semicolon, 1)
            default: nil
            }
        }
    }

    let kind: Kind
    let place: SourceRange

    init(kind: Kind, place: SourceRange) {
        self.kind = kind
        self.place = place
    }

    /// How messages name the token.
    var description: String {
        switch kind {
        case .text: "text"
        case .variableBegin: "the start of an expression"
        case .variableEnd: "the end of the expression"
        case .blockBegin: "the start of a block"
        case .blockEnd: "the end of the block"
        case .name(let name): "`\(name)`"
        case .integer(let value): "`\(value)`"
        case .number(let value): "`\(NumberText.shortest(value))`"
        case .string: "a string"
        case .symbol(let symbol): "`\(symbol.rawValue)`"
        case .end: "the end"
        }
    }
}
