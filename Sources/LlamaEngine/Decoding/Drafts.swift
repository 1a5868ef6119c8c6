import Foundation

/// Guesses how a sequence goes on: as it went on the last time that the same tokens stood in it, or in an earlier answer.
///
/// A guess costs its evaluation beside what is decoded anyway, and is dropped where the model chooses otherwise. Whether
/// guesses come true is seen without making them: each token is compared with what would have been guessed.
struct Drafts {
    /// The tokens that must have stood together before.
    private static let key = 3
    private static let longest = 16
    /// How much the last guess counts beside those before it.
    private static let weight = 0.1

    private var places: [TokenKey: Int] = [:]
    private var tokens: [Int32] = []
    /// How probable it is that the next guess comes true.
    private var truth = 0.5

    /// Three tokens in a row.
    private struct TokenKey: Hashable {
        var first: Int32
        var second: Int32
        var third: Int32
    }

    /// - Parameter known: The prompt, and before it what may be repeated besides.
    init(_ known: [Int32]) {
        tokens.reserveCapacity(known.count + 256)
        for token in known { add(token) }
    }

    /// Takes the sequence's next token.
    mutating func append(_ token: Int32) {
        if let place = lastKey.flatMap({ places[$0] }) {
            truth += Self.weight * ((tokens[place] == token ? 1 : 0) - truth)
        }
        add(token)
    }

    private mutating func add(_ token: Int32) {
        // The place behind the last three, noted when a token stands there.
        if let key = lastKey { places[key] = tokens.count }
        tokens.append(token)
    }

    private var lastKey: TokenKey? {
        let count = tokens.count
        guard count >= Self.key else { return nil }
        return TokenKey(first: tokens[count - 3], second: tokens[count - 2], third: tokens[count - 1])
    }

    /// How the sequence may go on.
    ///
    /// - Parameters:
    ///   - room: The most tokens.
    ///   - worthwhile: How probable a token must be to be worth its evaluation.
    func guess(room: Int, worthwhile: Double) -> ArraySlice<Int32> {
        guard room > 0, truth >= worthwhile, let key = lastKey, let place = places[key] else { return [] }
        // Each is right only if those before it are.
        let most = truth < 1 && worthwhile > 0 ? Int(log(worthwhile) / log(truth)) : Self.longest
        return tokens[place..<min(tokens.count, place + min(max(1, most), Self.longest, room))]
    }
}
