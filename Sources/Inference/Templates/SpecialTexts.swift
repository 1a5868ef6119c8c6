/// The texts of a model's control tokens, such as `<|im_end|>`, with a search for them in other text.
///
/// All searches work on UTF-8 bytes, as the tokenizer does, and take the longest token where several begin.
package struct SpecialTexts: Sendable {
    /// By their first two bytes; the longest first. One-byte texts have a second byte of 0.
    private var byStart: [UInt16: [[UInt8]]] = [:]
    private var firstBytes: Set<UInt8> = []
    /// What may end a text so that the next one could complete a token, and the other way round.
    private var properPrefixes: Set<[UInt8]> = []
    private var properSuffixes: Set<[UInt8]> = []
    private var longest = 0

    package init(_ texts: some Sequence<String>) {
        for text in texts where !text.isEmpty {
            let bytes = Array(text.utf8)
            byStart[Self.key(bytes[0], bytes.count > 1 ? bytes[1] : 0), default: []].append(bytes)
            firstBytes.insert(bytes[0])
            longest = max(longest, bytes.count)
            for cut in 1..<max(bytes.count, 1) {
                properPrefixes.insert(Array(bytes[..<cut]))
                properSuffixes.insert(Array(bytes[cut...]))
            }
        }
        for key in byStart.keys { byStart[key]?.sort { $0.count > $1.count } }
    }

    private static func key(_ first: UInt8, _ second: UInt8) -> UInt16 { UInt16(first) << 8 | UInt16(second) }

    /// Whether a text holds a control token's text, or could make one together with its neighbours.
    package func isTouched(by text: String) -> Bool {
        guard longest > 0 else { return false }
        let bytes = Array(text.utf8)
        if !occurrences(in: bytes).isEmpty { return true }
        for length in 1..<max(longest, 1) where length <= bytes.count {
            if properPrefixes.contains(Array(bytes.suffix(length)))
                || properSuffixes.contains(Array(bytes.prefix(length)))
            {
                return true
            }
        }
        return false
    }

    /// The places of control tokens' texts, from left to right, without overlap.
    package func occurrences(in bytes: [UInt8]) -> [Range<Int>] {
        occurrences(in: bytes, 0..<bytes.count)
    }

    func occurrences(in bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = range.lowerBound
        while place < range.upperBound {
            if firstBytes.contains(bytes[place]), let length = match(bytes, place, range.upperBound) {
                found.append(place..<place + length)
                place += length
            } else {
                place += 1
            }
        }
        return found
    }

    private func match(_ bytes: [UInt8], _ place: Int, _ end: Int) -> Int? {
        if place + 1 < end, let candidates = byStart[Self.key(bytes[place], bytes[place + 1])],
            let length = Self.first(candidates, bytes, place, end)
        {
            return length
        }
        return byStart[Self.key(bytes[place], 0)].flatMap { Self.first($0, bytes, place, end) }
    }

    private static func first(_ candidates: [[UInt8]], _ bytes: [UInt8], _ place: Int, _ end: Int) -> Int? {
        candidates.first { $0.count <= end - place && bytes[place..<place + $0.count].elementsEqual($0) }?.count
    }
}
