/// Guesses how a sequence goes on: as it went on the last time that the same tokens stood in it, or in an earlier answer.
///
/// A guess costs its evaluation beside what is decoded anyway, and is dropped where the model chooses otherwise; so the
/// length of guesses follows how many of them came true.
struct Drafts {
    /// The tokens that must have stood together before.
    private static let key = 3
    private static let longest = 16
    /// How much of the first guesses is believed to come true.
    private static let hope = 0.6
    private static let retry = 128

    private var places: [TokenKey: Int] = [:]
    private var tokens: [Int32] = []
    private var length = 4
    /// How much of the guesses came true.
    private var truth = Drafts.hope
    /// The tokens until the next attempt, after guesses that did not come true.
    private var rest = 0
    private var pause = 8

    /// Three tokens in a row.
    private struct TokenKey: Hashable {
        var first: Int32
        var second: Int32
        var third: Int32
    }

    /// - Parameter known: The prompt, and before it what may be repeated besides.
    init(_ known: [Int32]) {
        tokens.reserveCapacity(known.count + 256)
        for token in known { append(token) }
        truth = Self.hope
    }

    /// Takes the sequence's next token.
    mutating func append(_ token: Int32) {
        // The place behind the last three, noted when a token stands there.
        if let key = lastKey { places[key] = tokens.count }
        tokens.append(token)
        rest = max(0, rest - 1)
        // Texts change: now and then there is another attempt.
        if tokens.count % Self.retry == 0 { truth = max(truth, Self.hope) }
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
    ///   - worthwhile: How probable each must be to be worth its evaluation.
    func guess(room: Int, worthwhile: Double) -> ArraySlice<Int32> {
        guard rest == 0, truth >= worthwhile, room > 0, let key = lastKey, let place = places[key] else { return [] }
        return tokens[place..<min(tokens.count, place + min(length, room))]
    }

    /// What came of the last guess.
    mutating func note(guessed: Int, accepted: Int) {
        guard guessed > 0 else { return }
        truth = truth * 0.8 + 0.2 * Double(accepted) / Double(guessed)
        if accepted == guessed {
            length = min(Self.longest, length * 2)
        } else {
            length = max(1, min(length, accepted + 1))
        }
        if accepted == 0 {
            rest = pause
            pause = min(256, pause * 2)
        } else {
            pause = 8
        }
    }
}
