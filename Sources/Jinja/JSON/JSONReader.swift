import OrderedCollections

/// Reads JSON from UTF-8 bytes. Nesting is kept on a stack of its own, so that depth costs no thread stack.
struct JSONReader {
    struct Failure: Error {
        let message: String
        let offset: Int
    }

    /// An array or object that is not closed yet. It is changed in place, never copied.
    private struct Container {
        var isMapping: Bool
        /// Where it begins.
        var start = 0
        var elements: [Value] = []
        var entries: Mapping = [:]
        /// The key whose value is read next.
        var key = ""
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let options: JSONOptions
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, options: JSONOptions) {
        self.bytes = bytes
        self.options = options
    }

    mutating func document() throws(Failure) -> Value {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw Failure(message: "the text starts with a byte order mark; remove it", offset: 0)
        }
        let value = try nestedValue()
        skipWhitespace()
        if position < bytes.count { throw unexpected("the text goes on after the value") }
        return value
    }

    private mutating func nestedValue() throws(Failure) -> Value {
        var stack: [Container] = []
        while true {
            skipWhitespace()
            guard position < bytes.count else { throw unexpected("expected a value") }
            var value: Value
            switch bytes[position] {
            case UInt8(ascii: "["):
                try checkDepth(stack.count)
                position += 1
                skipWhitespace()
                if peek != UInt8(ascii: "]") {
                    stack.append(Container(isMapping: false, start: position))
                    continue
                }
                position += 1
                value = .list([])
            case UInt8(ascii: "{"):
                try checkDepth(stack.count)
                position += 1
                skipWhitespace()
                if peek != UInt8(ascii: "}") {
                    let key = try memberKey([:])
                    stack.append(Container(isMapping: true, key: key))
                    continue
                }
                position += 1
                value = .mapping([:])
            default: value = try scalar()
            }
            // A value is complete: hand it to what contains it, and close what ends here.
            closing: while true {
                let top = stack.count - 1
                guard top >= 0 else { return value }
                skipWhitespace()
                if stack[top].isMapping {
                    stack[top].entries[stack[top].key] = value
                    switch peek {
                    case UInt8(ascii: ","):
                        position += 1
                        try refuseTrailingComma(UInt8(ascii: "}"))
                        stack[top].key = try memberKey(stack[top].entries)
                        break closing
                    case UInt8(ascii: "}"):
                        position += 1
                        value = .mapping(stack.removeLast().entries)
                    default: throw unexpected("expected `,` or `}`")
                    }
                } else {
                    stack[top].elements.appendRead(
                        value, read: position - stack[top].start, rest: bytes.count - position)
                    switch peek {
                    case UInt8(ascii: ","):
                        position += 1
                        try refuseTrailingComma(UInt8(ascii: "]"))
                        break closing
                    case UInt8(ascii: "]"):
                        position += 1
                        stack[top].elements.endReading()
                        value = .list(stack.removeLast().elements)
                    default: throw unexpected("expected `,` or `]`")
                    }
                }
            }
        }
    }

    private func checkDepth(_ depth: Int) throws(Failure) {
        guard depth < options.maximumDepth else {
            throw Failure(
                message: "arrays and objects are nested deeper than \(options.maximumDepth) levels", offset: position)
        }
    }

    private mutating func refuseTrailingComma(_ end: UInt8) throws(Failure) {
        let comma = position - 1
        skipWhitespace()
        if peek == end {
            throw Failure(message: "a comma stands after the last element; remove it", offset: comma)
        }
    }

    private mutating func memberKey(_ entries: Mapping) throws(Failure) -> String {
        skipWhitespace()
        let start = position
        guard peek == UInt8(ascii: "\"") else { throw unexpected("expected a key in double quotes") }
        let key = try string()
        if options.duplicateKeys == .refused, entries[key] != nil {
            throw Failure(message: "the key \"\(key)\" appears twice in one object", offset: start)
        }
        skipWhitespace()
        guard peek == UInt8(ascii: ":") else { throw unexpected("expected `:` after a key") }
        position += 1
        return key
    }

    private mutating func scalar() throws(Failure) -> Value {
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("expected a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(Failure) -> Value {
        let length = word.utf8CodeUnitCount
        for index in 0..<length {
            guard position + index < bytes.count, bytes[position + index] == word.utf8Start[index] else {
                throw unexpected("expected a value")
            }
        }
        position += length
        return value
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// A failure at the current place that also names what stands there.
    func unexpected(_ expectation: String) -> Failure {
        guard let byte = peek else { return Failure(message: "\(expectation), but the text ends", offset: position) }
        switch byte {
        case UInt8(ascii: "'"):
            return Failure(message: "\(expectation); JSON strings stand in double quotes", offset: position)
        case 0x21...0x7E:
            return Failure(message: "\(expectation), not `\(Character(Unicode.Scalar(byte)))`", offset: position)
        default: return Failure(message: expectation, offset: position)
        }
    }
}
