/// Takes templates in Go's notation apart.
struct GoTemplateParser {
    private enum Piece {
        case text(String)
        case action([Token])
    }

    private enum Token: Hashable {
        /// Names, keywords, and literals without quotes.
        case word(String)
        case text(String)
        /// `(`, `)`, `|`, `,`, `:=`, `=`.
        case sign(String)
        /// `.A.B`, directly behind a word or a bracket or for itself; `.` has none.
        case fields([String], isAttached: Bool)
        case variable(String)
    }

    private var pieces: [Piece] = []
    private var next = 0
    private var depth = 0

    private static let mostNesting = 100
    private static let largestTemplate = 1 << 20

    static func nodes(of source: String) throws(GoTemplateError) -> [GoTemplateNode] {
        guard source.utf8.count <= largestTemplate else { throw GoTemplateError("it is longer than 1 MB") }
        var parser = GoTemplateParser()
        parser.pieces = try Self.pieces(of: source)
        let (nodes, end) = try parser.block()
        guard end == nil else { throw GoTemplateError("`{{ \(end?.0 ?? "end") }}` ends nothing") }
        return nodes
    }

    // MARK: Pieces

    private static func pieces(of source: String) throws(GoTemplateError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = source[...]
        var trimsNext = false
        while let open = rest.firstRange(of: "{{") {
            var text = String(rest[..<open.lowerBound])
            if trimsNext { text = String(text.drop(while: \.isWhitespace)) }
            rest = rest[open.upperBound...]
            if rest.hasPrefix("-"), rest.dropFirst().first?.isWhitespace == true {
                text = text.trimmingEnd
                rest = rest.dropFirst()
            }
            if !text.isEmpty { pieces.append(.text(text)) }
            let (tokens, end) = try tokens(of: rest)
            trimsNext = rest[..<end].hasSuffix("-")
            pieces.append(.action(tokens))
            rest = rest[rest.index(end, offsetBy: 2)...]
        }
        let text = trimsNext ? String(rest.drop(while: \.isWhitespace)) : String(rest)
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    /// The tokens up to `}}`, and where that is.
    private static func tokens(of source: Substring) throws(GoTemplateError) -> ([Token], Substring.Index) {
        var tokens: [Token] = []
        var place = source.startIndex
        var isAttached = false
        while place < source.endIndex {
            let rest = source[place...]
            if rest.hasPrefix("}}") { return (tokens, place) }
            if rest.hasPrefix("-}}") { return (tokens, source.index(after: place)) }
            if rest.drop(while: \.isWhitespace).hasPrefix("/*") {
                guard let end = rest.firstRange(of: "*/") else { throw GoTemplateError("a comment does not end") }
                place = end.upperBound
                continue
            }
            let sign = rest[rest.startIndex]
            var length = 1
            var token: Token?
            switch sign {
            case "\"":
                let (text, end) = try quoted(rest)
                token = .text(text)
                length = rest.distance(from: rest.startIndex, to: end)
            case "`":
                guard let end = rest.dropFirst().firstIndex(of: "`") else {
                    throw GoTemplateError("a text does not end")
                }
                token = .text(String(rest[rest.index(after: rest.startIndex)..<end]))
                length = rest.distance(from: rest.startIndex, to: end) + 1
            case "(", ")", "|", ",": token = .sign(String(sign))
            case ":" where rest.hasPrefix(":="):
                token = .sign(":=")
                length = 2
            case "=": token = .sign("=")
            case ".":
                let text = rest.prefix { isNamePart($0) || $0 == "." }
                token = .fields(text.split(separator: ".").map(String.init), isAttached: isAttached)
                length = text.count
            case "$":
                let name = rest.dropFirst().prefix(while: isNamePart)
                token = .variable(String(name))
                length = name.count + 1
            case _ where sign.isWhitespace: break
            case _ where isNamePart(sign) || sign == "-" || sign == "+":
                let word = rest.prefix { isNamePart($0) || $0 == "-" || $0 == "+" }
                // A number may have a point in it, a name goes on with fields.
                let number = rest.prefix { isNamePart($0) || "-+.".contains($0) }
                let text = Double(number) != nil ? number : word
                token = .word(String(text))
                length = text.count
            default: throw GoTemplateError("`\(sign)` has no meaning in `{{ }}`")
            }
            if let token { tokens.append(token) }
            isAttached =
                !sign.isWhitespace && token != nil && [.sign("("), .sign("|"), .sign(",")].contains(token) == false
            place = source.index(place, offsetBy: length)
        }
        throw GoTemplateError("a `{{` has no `}}`")
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private static func quoted(_ source: Substring) throws(GoTemplateError) -> (String, Substring.Index) {
        var text = ""
        var place = source.index(after: source.startIndex)
        while place < source.endIndex {
            let character = source[place]
            place = source.index(after: place)
            if character == "\"" { return (text, place) }
            guard character == "\\", place < source.endIndex else {
                text.append(character)
                continue
            }
            let escaped = source[place]
            place = source.index(after: place)
            switch escaped {
            case "n": text += "\n"
            case "t": text += "\t"
            case "r": text += "\r"
            case "u", "x":
                let digits = source[place...].prefix(escaped == "u" ? 4 : 2)
                guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                    throw GoTemplateError("`\\\(escaped)\(digits)` is no character")
                }
                text.unicodeScalars.append(scalar)
                place = digits.endIndex
            default: text.append(escaped)
            }
        }
        throw GoTemplateError("a text in quotes does not end")
    }

    // MARK: Nodes

    /// The nodes up to `end` or `else`, and how they end; the tokens behind `else`.
    private mutating func block() throws(GoTemplateError) -> ([GoTemplateNode], (String, [Token])?) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.mostNesting else { throw GoTemplateError("it is nested too deeply") }
        var nodes: [GoTemplateNode] = []
        while next < pieces.count {
            let piece = pieces[next]
            next += 1
            switch piece {
            case .text(let text): nodes.append(.text(text))
            case .action(let tokens):
                guard let first = tokens.first else { continue }
                guard case .word(let word) = first else {
                    nodes.append(try action(tokens))
                    continue
                }
                let rest = Array(tokens.dropFirst())
                switch word {
                case "end": return (nodes, ("end", []))
                case "else": return (nodes, ("else", rest))
                case "if", "with":
                    let pipeline = try Self.pipeline(rest)
                    let (then, otherwise) = try branches(word)
                    nodes.append(
                        word == "if"
                            ? .condition(pipeline, then: then, otherwise: otherwise)
                            : .with(pipeline, then: then, otherwise: otherwise))
                case "range": nodes.append(try range(rest))
                case "break", "continue": nodes.append(.jump(word == "break" ? .break : .continue))
                case "define", "template", "block":
                    throw GoTemplateError("`\(word)` is not understood here")
                default: nodes.append(try action(tokens))
                }
            }
        }
        return (nodes, nil)
    }

    private mutating func branches(_ word: String) throws(GoTemplateError) -> ([GoTemplateNode], [GoTemplateNode]) {
        // Each `else if` is another one inside.
        depth += 1
        defer { depth -= 1 }
        let (then, end) = try block()
        guard let end else { throw GoTemplateError("`{{ \(word) }}` has no `{{ end }}`") }
        guard end.0 == "else" else { return (then, []) }
        guard case .word(let inner)? = end.1.first else {
            let (otherwise, last) = try block()
            guard last?.0 == "end" else { throw GoTemplateError("`{{ else }}` has no `{{ end }}`") }
            return (then, otherwise)
        }
        let pipeline = try Self.pipeline(Array(end.1.dropFirst()))
        let (inside, otherwise) = try branches("else \(inner)")
        return (
            then,
            [
                inner == "with"
                    ? .with(pipeline, then: inside, otherwise: otherwise)
                    : .condition(pipeline, then: inside, otherwise: otherwise)
            ]
        )
    }

    private mutating func range(_ tokens: [Token]) throws(GoTemplateError) -> GoTemplateNode {
        var tokens = tokens[...]
        var names: [String] = []
        if let sign = tokens.firstIndex(of: .sign(":=")) {
            names = tokens[..<sign].compactMap { if case .variable(let name) = $0 { name } else { nil } }
            tokens = tokens[(sign + 1)...]
        }
        let pipeline = try Self.pipeline(Array(tokens))
        let (body, otherwise) = try branches("range")
        return .range(
            index: names.count > 1 ? names[0] : nil, element: names.last, pipeline, body: body, otherwise: otherwise)
    }

    private func action(_ tokens: [Token]) throws(GoTemplateError) -> GoTemplateNode {
        if case .variable(let name)? = tokens.first, tokens.count > 2, case .sign(let sign) = tokens[1],
            [":=", "="].contains(sign)
        {
            return .assignment(name: name, try Self.pipeline(Array(tokens.dropFirst(2))), isNew: sign == ":=")
        }
        return .output(try Self.pipeline(tokens))
    }

    // MARK: Pipelines

    private static func pipeline(_ tokens: [Token]) throws(GoTemplateError) -> GoPipeline {
        var rest = tokens[...]
        let pipeline = try pipeline(&rest, depth: 0)
        guard rest.isEmpty else { throw GoTemplateError("a `)` closes nothing") }
        return pipeline
    }

    private static func pipeline(_ tokens: inout ArraySlice<Token>, depth: Int) throws(GoTemplateError) -> GoPipeline {
        guard depth < mostNesting else { throw GoTemplateError("it is nested too deeply") }
        var commands: [GoCommand] = []
        var operands: [GoOperand] = []
        while let token = tokens.first {
            if token == .sign(")") { break }
            tokens.removeFirst()
            switch token {
            case .sign("|"):
                commands.append(GoCommand(operands: operands))
                operands = []
            case .sign("("):
                let inner = try pipeline(&tokens, depth: depth + 1)
                guard tokens.popFirst() == .sign(")") else { throw GoTemplateError("a `(` has no `)`") }
                operands.append(GoOperand(base: .pipeline(inner)))
            case .sign(let sign): throw GoTemplateError("`\(sign)` does not belong here")
            case .text(let text): operands.append(GoOperand(base: .text(text)))
            case .variable(let name): operands.append(GoOperand(base: .variable(name)))
            case .fields(let fields, let isAttached):
                if isAttached, let last = operands.indices.last {
                    operands[last].fields += fields
                } else {
                    operands.append(GoOperand(base: .dot, fields: fields))
                }
            case .word(let word): operands.append(GoOperand(base: base(word)))
            }
        }
        commands.append(GoCommand(operands: operands))
        guard commands.allSatisfy({ !$0.operands.isEmpty }) else { throw GoTemplateError("a `{{ }}` says nothing") }
        return GoPipeline(commands: commands)
    }

    private static func base(_ word: String) -> GoOperand.Base {
        switch word {
        case "true": .boolean(true)
        case "false": .boolean(false)
        case "nil": .none
        default: Double(word).map { .number($0) } ?? .function(word)
        }
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
