import CLlama

/// All tokens of a vocabulary in the order of their bytes, so that those with the same beginning stand together.
final class TokenTable: Sendable {
    /// The tokens that write something.
    let tokens: [llama_token]
    /// How many of a token's first bytes are those of the one before it.
    let shared: [Int32]
    private let places: [Int]
    private let bytes: [UInt8]
    let endTokens: [llama_token]
    let vocabularySize: Int

    init(_ vocabulary: Vocabulary) {
        var written: [(token: llama_token, bytes: [UInt8])] = []
        var ends: [llama_token] = []
        for token in 0..<llama_token(vocabulary.size) {
            if vocabulary.isEndOfGeneration(token) {
                ends.append(token)
            } else if !vocabulary.isControl(token) {
                let bytes = vocabulary.bytes(token)
                if !bytes.isEmpty { written.append((token, bytes)) }
            }
        }
        written.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        tokens = written.map(\.token)
        shared =
            [0]
            + zip(written, written.dropFirst()).map { before, after in
                Int32(zip(before.bytes, after.bytes).prefix { $0 == $1 }.count)
            }
        var places = [0]
        var bytes: [UInt8] = []
        for entry in written {
            bytes += entry.bytes
            places.append(bytes.count)
        }
        self.places = places
        self.bytes = bytes
        endTokens = ends
        vocabularySize = vocabulary.size
    }

    func bytes(at index: Int) -> ArraySlice<UInt8> { bytes[places[index]..<places[index + 1]] }
}

/// Some of a vocabulary's tokens, as bits.
struct TokenSet: Sendable {
    private(set) var words: [UInt64]

    init(size: Int) {
        words = Array(repeating: 0, count: (size + 63) / 64)
    }

    mutating func insert(_ token: llama_token) { words[Int(token) >> 6] |= 1 << UInt64(token & 63) }

    func contains(_ token: llama_token) -> Bool { words[Int(token) >> 6] & (1 << UInt64(token & 63)) != 0 }
}
