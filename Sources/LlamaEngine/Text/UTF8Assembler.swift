/// Puts characters together from the bytes of tokens: a token may end in the middle of one.
package struct UTF8Assembler: Sendable {
    private var held: [UInt8] = []

    package init() {}

    /// Takes a token's bytes and returns the characters that are complete now. What can never become a character
    /// appears as U+FFFD.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        held.append(contentsOf: bytes)
        let keep = Self.incompleteEnd(held)
        let text = String(decoding: held.dropLast(keep), as: UTF8.self)
        held.removeFirst(held.count - keep)
        return text
    }

    /// Returns what is left when nothing more comes: U+FFFD for the beginning of a character, else nothing.
    package mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// The number of bytes at the end that begin a character and do not complete it.
    private static func incompleteEnd(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            if lead & 0xC0 == 0x80 { continue }
            let needed = lead >= 0xF5 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0
            guard needed > length else { return 0 }
            return length == 1 || isPossible(lead, bytes[bytes.count - length + 1]) ? length : 0
        }
        return 0
    }

    /// Whether a lead byte may be followed by this one: no overlong forms, no surrogates, nothing over U+10FFFF.
    private static func isPossible(_ lead: UInt8, _ second: UInt8) -> Bool {
        switch lead {
        case 0xE0: second >= 0xA0
        case 0xED: second < 0xA0
        case 0xF0: second >= 0x90
        case 0xF4: second < 0x90
        default: true
        }
    }
}
