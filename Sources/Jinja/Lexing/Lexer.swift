/// Cuts a source into tokens by the rules of Jinja 3.1 for delimiters and white space.
struct Lexer {
    let source: SourceText
    let syntax: Syntax
    let bytes: [UInt8]
    var position = 0
    var tokens: [Token] = []
    /// Whether the next text starts a line: true at the start, and where the last token ended with a line break.
    private var isAtLineStart = true

    private let variableStart: [UInt8]
    private let blockStart: [UInt8]
    private let commentStart: [UInt8]

    init(_ source: SourceText, syntax: Syntax) {
        self.source = source
        self.syntax = syntax
        bytes = source.bytes
        variableStart = Array(syntax.variable.start.utf8)
        blockStart = Array(syntax.block.start.utf8)
        commentStart = Array(syntax.comment.start.utf8)
    }

    /// The tokens of a whole template.
    mutating func templateTokens() throws(TemplateError) -> [Token] {
        while position < bytes.count {
            guard let (start, opening) = nextOpening(from: position) else {
                emitText(position..<bytes.count)
                position = bytes.count
                break
            }
            try open(opening, textStart: position, at: start)
        }
        tokens.append(Token(kind: .end, place: SourceRange(offset: bytes.count, length: 0)))
        return tokens
    }

    /// The tokens of a bare expression, closed by an end token.
    mutating func expressionTokens() throws(TemplateError) -> [Token] {
        while true {
            skipWhitespace()
            guard position < bytes.count else { break }
            tokens.append(try nextToken())
        }
        tokens.append(Token(kind: .end, place: SourceRange(offset: bytes.count, length: 0)))
        return tokens
    }

    private enum Opening {
        case variable
        case block
        case comment
    }

    /// The first delimiter at or after a place; of those that match there, the longest.
    private func nextOpening(from start: Int) -> (Int, Opening)? {
        var index = start
        let candidates: [([UInt8], Opening)] = [
            (commentStart, .comment), (blockStart, .block), (variableStart, .variable),
        ]
        while index < bytes.count {
            let byte = bytes[index]
            if byte == variableStart.first || byte == blockStart.first || byte == commentStart.first {
                var found: (length: Int, Opening)?
                for (delimiter, opening) in candidates where matches(delimiter, at: index) {
                    if delimiter.count > found?.length ?? 0 { found = (delimiter.count, opening) }
                }
                if let found { return (index, found.1) }
            }
            index += 1
        }
        return nil
    }

    private mutating func open(_ opening: Opening, textStart: Int, at start: Int) throws(TemplateError) {
        let delimiter =
            switch opening {
            case .variable: variableStart
            case .block: blockStart
            case .comment: commentStart
            }
        var index = start + delimiter.count
        let sign = index < bytes.count && (bytes[index] == minus || bytes[index] == plus) ? bytes[index] : nil
        // A comment takes its sign from the same place.
        if sign != nil { index += 1 }
        emitText(textStart..<stripped(textStart..<start, sign: sign, isVariable: opening == .variable))
        position = index
        let place = SourceRange(offset: start, length: index - start)
        switch opening {
        case .variable:
            tokens.append(Token(kind: .variableBegin, place: place))
            try variableTokens(from: place)
        case .block:
            if let end = rawBegin(at: index) {
                try rawText(from: end, openedAt: place)
            } else {
                tokens.append(Token(kind: .blockBegin, place: place))
                try blockTokens(from: place)
            }
        case .comment: try skipComment(from: place)
        }
        isAtLineStart = position > 0 && bytes[position - 1] == newline
    }

    /// Where the text before a delimiter ends once white space is stripped.
    private func stripped(_ range: Range<Int>, sign: UInt8?, isVariable: Bool) -> Int {
        if sign == minus {
            var end = range.upperBound
            while end > range.lowerBound, let length = whitespaceLength(before: end) { end -= length }
            return max(end, range.lowerBound)
        }
        guard sign != plus, syntax.lstripBlocks, !isVariable else { return range.upperBound }
        var lineStart = range.upperBound
        while lineStart > range.lowerBound, bytes[lineStart - 1] != newline {
            guard isSpace(bytes[lineStart - 1]) else { return range.upperBound }
            lineStart -= 1
        }
        let isWholeLine = lineStart > range.lowerBound || isAtLineStart
        return isWholeLine ? lineStart : range.upperBound
    }

    private mutating func emitText(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        tokens.append(
            Token(kind: .text(source.text(range)), place: SourceRange(offset: range.lowerBound, length: range.count)))
    }

    private mutating func variableTokens(from begin: SourceRange) throws(TemplateError) {
        let end = Array(syntax.variable.end.utf8)
        var open: [(UInt8, SourceRange)] = []
        while true {
            skipWhitespace()
            guard position < bytes.count else {
                throw unclosed("an expression is not closed: `\(syntax.variable.end)` is missing", begin)
            }
            if open.isEmpty {
                if bytes[position] == minus, matches(end, at: position + 1) {
                    emitEnd(.variableEnd, length: 1 + end.count)
                    skipWhitespace()
                    return
                }
                if matches(end, at: position) {
                    emitEnd(.variableEnd, length: end.count)
                    return
                }
            }
            try balancedToken(&open)
        }
    }

    private mutating func blockTokens(from begin: SourceRange) throws(TemplateError) {
        let end = Array(syntax.block.end.utf8)
        var open: [(UInt8, SourceRange)] = []
        while true {
            skipWhitespace()
            guard position < bytes.count else {
                throw unclosed("a block is not closed: `\(syntax.block.end)` is missing", begin)
            }
            if open.isEmpty, let strips = blockEnd(end, at: position) {
                emitEnd(.blockEnd, length: strips.length)
                finishBlock(strips.sign)
                return
            }
            try balancedToken(&open)
        }
    }

    private mutating func emitEnd(_ kind: Token.Kind, length: Int) {
        tokens.append(Token(kind: kind, place: SourceRange(offset: position, length: length)))
        position += length
    }

    /// The sign and length of a closing delimiter with an optional sign before it.
    private func blockEnd(_ end: [UInt8], at index: Int) -> (sign: UInt8?, length: Int)? {
        guard index < bytes.count else { return nil }
        if bytes[index] == minus || bytes[index] == plus, matches(end, at: index + 1) {
            return (bytes[index], end.count + 1)
        }
        return matches(end, at: index) ? (nil, end.count) : nil
    }

    /// What follows a closed block or comment: `-` takes all white space, `trim_blocks` one line break.
    private mutating func finishBlock(_ sign: UInt8?) {
        if sign == minus {
            skipWhitespace()
        } else if sign == nil, syntax.trimBlocks, position < bytes.count, bytes[position] == newline {
            position += 1
        }
    }

    private mutating func skipComment(from begin: SourceRange) throws(TemplateError) {
        let end = Array(syntax.comment.end.utf8)
        var index = position
        while index < bytes.count {
            if let strips = blockEnd(end, at: index) {
                position = index + strips.length
                finishBlock(strips.sign)
                return
            }
            index += 1
        }
        throw unclosed("a comment is not closed: `\(syntax.comment.end)` is missing", begin)
    }

    /// The end of `raw %}` where it follows.
    private func rawBegin(at start: Int) -> Int? {
        var index = skippingWhitespace(from: start)
        guard matches(Array("raw".utf8), at: index) else { return nil }
        index = skippingWhitespace(from: index + 3)
        let end = Array(syntax.block.end.utf8)
        if index < bytes.count, bytes[index] == minus, matches(end, at: index + 1) {
            return skippingWhitespace(from: index + 1 + end.count)
        }
        return matches(end, at: index) ? index + end.count : nil
    }

    private mutating func rawText(from start: Int, openedAt begin: SourceRange) throws(TemplateError) {
        isAtLineStart = start > 0 && bytes[start - 1] == newline
        let end = Array(syntax.block.end.utf8)
        var index = start
        while index < bytes.count {
            defer { index += 1 }
            guard matches(blockStart, at: index) else { continue }
            var inner = index + blockStart.count
            var sign: UInt8?
            if inner < bytes.count, bytes[inner] == minus || bytes[inner] == plus {
                sign = bytes[inner]
                inner += 1
            }
            inner = skippingWhitespace(from: inner)
            guard matches(Array("endraw".utf8), at: inner) else { continue }
            inner = skippingWhitespace(from: inner + 6)
            guard let strips = blockEnd(end, at: inner) else { continue }
            emitText(start..<max(start, stripped(start..<index, sign: sign, isVariable: false)))
            position = inner + strips.length
            finishBlock(strips.sign)
            return
        }
        throw unclosed("a raw block is not closed: `endraw` is missing", begin)
    }

    private func unclosed(_ message: String, _ begin: SourceRange) -> TemplateError {
        TemplateError(.syntax, message, at: begin)
    }

    func matches(_ delimiter: [UInt8], at index: Int) -> Bool {
        guard index >= 0, index + delimiter.count <= bytes.count else { return false }
        for place in delimiter.indices where bytes[index + place] != delimiter[place] { return false }
        return true
    }
}

let newline = UInt8(ascii: "\n")
let minus = UInt8(ascii: "-")
let plus = UInt8(ascii: "+")
