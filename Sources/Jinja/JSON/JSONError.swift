/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence that says what is wrong and what was expected.
    package let message: String
    /// The place in UTF-8 bytes from 0.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int

    package var description: String { "line \(line), column \(column): \(message)" }
}

/// What the strict reader lets pass.
package struct JSONOptions: Sendable {
    package enum DuplicateKeys: Sendable {
        /// A key that appears twice in one object is an error.
        case refused
        /// The last one wins, in the place of the first.
        case lastWins
    }

    package var duplicateKeys: DuplicateKeys
    /// How deeply arrays and objects may be nested.
    package var maximumDepth: Int

    package init(duplicateKeys: DuplicateKeys = .refused, maximumDepth: Int = 512) {
        self.duplicateKeys = duplicateKeys
        self.maximumDepth = maximumDepth
    }
}

extension Value {
    /// Reads one JSON document by RFC 8259, and nothing but that: no comments, no trailing commas, no lone surrogates.
    ///
    /// Numbers without fraction and exponent are integers; those that do not fit 64 bits become numbers. A number too
    /// large for a double is an error.
    ///
    /// - Throws: ``JSONError`` with the place of the first mistake.
    package init(json text: String, options: JSONOptions = JSONOptions()) throws(JSONError) {
        try self.init(json: Array(text.utf8), options: options)
    }

    /// Reads one JSON document from UTF-8 bytes. See ``init(json:options:)-(String,_)``.
    package init(json bytes: some Collection<UInt8>, options: JSONOptions = JSONOptions()) throws(JSONError) {
        let bytes = (bytes as? [UInt8]) ?? Array(bytes)
        let result = bytes.withUnsafeBufferPointer { (buffer) -> Result<Value, JSONReader.Failure> in
            var reader = JSONReader(buffer, options: options)
            do throws(JSONReader.Failure) {
                return .success(try reader.document())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): self = value
        case .failure(let failure):
            let place = TextPlace(of: failure.offset, in: bytes)
            throw JSONError(message: failure.message, offset: failure.offset, line: place.line, column: place.column)
        }
    }
}

/// Line and column of a byte, both from 1; the column counts Unicode scalars.
struct TextPlace {
    var line = 1
    var column = 1

    init(of offset: Int, in bytes: [UInt8]) {
        var index = 0
        let end = min(offset, bytes.count)
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n")
                || (byte == UInt8(ascii: "\r") && bytes[safely: index + 1] != UInt8(ascii: "\n"))
            {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            index += 1
        }
    }
}

extension Array {
    subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
