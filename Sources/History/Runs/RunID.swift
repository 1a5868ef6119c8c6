package import Foundation

/// A run's name: when it began, in UTC, and four characters that tell it from others of the same second,
/// such as `20261124-020745-k3f9`. Ids sort by time.
package struct RunID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The id as it is written everywhere.
    package let text: String

    /// Reads an id; `nil` where the text has not the form of one.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 8, parts[1].utf8.count == 6, parts[2].utf8.count == 4,
            parts[0].utf8.allSatisfy(isDigit), parts[1].utf8.allSatisfy(isDigit),
            parts[2].utf8.allSatisfy(alphabet.contains)
        else { return nil }
        self.text = text
    }

    /// The id of a run that begins at `date`. Of `random`, 20 bits are used.
    package init(at date: Date, random: UInt64) {
        let time = Timestamp.text(date).utf8.filter(isDigit)
        let suffix = (0..<4).map { alphabet[Int(truncatingIfNeeded: random >> (5 * $0)) & 31] }
        let dash = [UInt8(ascii: "-")]
        text = String(decoding: time.prefix(8) + dash + time.dropFirst(8).prefix(6) + dash + suffix, as: UTF8.self)
    }

    package var description: String { text }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }
}

extension RunID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = RunID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no run id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Makes run ids from a clock and a source of randomness, both of which a test may replace.
package struct RunIDGenerator: Sendable {
    private let now: @Sendable () -> Date
    private let random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Date = { Date() },
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.now = now
        self.random = random
    }

    /// A new id; whether it is free only the record can tell.
    package func next() -> RunID {
        RunID(at: now(), random: random())
    }
}

/// Crockford's base 32: no letter that is easily taken for a digit or another letter.
private let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
