/// A string's UTF-8 bytes for searching: in valid UTF-8, a match of bytes is a match of characters.
struct ByteText {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The first match at or after an offset; an empty pattern matches at once.
    func firstRange(of pattern: ByteText, from start: Int) -> Range<Int>? {
        let length = pattern.bytes.count
        guard length <= bytes.count - start else { return nil }
        guard let first = pattern.bytes.first else { return start..<start }
        var index = start
        return bytes.withUnsafeBufferPointer { bytes in
            pattern.bytes.withUnsafeBufferPointer { pattern in
                while index <= bytes.count - length {
                    if bytes[index] == first {
                        var offset = 1
                        while offset < length, bytes[index + offset] == pattern[offset] { offset += 1 }
                        if offset == length { return index..<index + length }
                    }
                    index += 1
                }
                return nil
            }
        }
    }

    /// The last match that ends at or before an offset.
    func lastRange(of pattern: ByteText, before end: Int) -> Range<Int>? {
        let length = pattern.bytes.count
        var index = end - length
        while index >= 0 {
            if bytes[index..<index + length].elementsEqual(pattern.bytes) { return index..<index + length }
            index -= 1
        }
        return nil
    }

    /// The matches that do not overlap, from the left.
    func ranges(of pattern: ByteText) -> [Range<Int>] {
        guard !pattern.bytes.isEmpty else { return [] }
        var ranges: [Range<Int>] = []
        var start = 0
        while let range = firstRange(of: pattern, from: start) {
            ranges.append(range)
            start = range.upperBound
        }
        return ranges
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
