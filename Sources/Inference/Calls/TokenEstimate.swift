/// How many tokens a text is, estimated for servers that do not tell how they cut text.
///
/// Measured against the tokenizers of seven families, from GPT-2 to Gemma 4, whose vocabularies have 32,000 to 262,000
/// tokens.
package struct TokenEstimate: Sendable, Hashable {
    /// No tokenizer in use makes fewer: what does not fit by this does not fit.
    package let fewest: Int
    /// A good guess: for prose, code and JSON, within about a quarter of what a current vocabulary makes of it.
    package let likely: Int

    init(fewest: Int, likely: Int) {
        self.fewest = fewest
        self.likely = likely
    }

    /// Reads the text once.
    ///
    /// A token is a piece of a run of the same kind of signs, with at most a blank or one other sign before it, and is
    /// seldom longer than 20 letters. How far letters go depends on how much of their language the vocabulary's makers
    /// had: hence the weights below, which fit the average of several vocabularies.
    package init(of text: String) {
        var tally = TokenTally()
        for scalar in text.unicodeScalars { tally.add(scalar) }
        self = tally.estimate
    }

    /// The estimate for two texts that nothing joins, such as two messages.
    package static func + (left: TokenEstimate, right: TokenEstimate) -> TokenEstimate {
        TokenEstimate(fewest: left.fewest + right.fewest, likely: left.likely + right.likely)
    }
}

/// Counts runs of signs of the same kind.
private struct TokenTally {
    private enum Kind {
        case blank
        case lineBreak
        case latin
        case cyrillic
        /// Letters of scripts that vocabularies know less of.
        case otherLetter
        case digit
        case sign
        /// Chinese characters and kana, which words mix.
        case han
        case hangul
        /// What is written in several bytes and is no letter.
        case symbol
    }

    private var kind = Kind.blank
    private var previousKind = Kind.lineBreak
    private var last: Unicode.Scalar?
    /// Of the run at hand.
    private var length = 0
    /// Its signs, less those that repeat the one before: `====` can be one token.
    private var changes = 0
    /// Its letters with accents, or its kana.
    private var special = 0
    private var isEmpty = true

    private var fewest = 0
    /// Of the word at hand, up to the next white space.
    private var fewestOfWord = 0
    private var isInWord = false
    private var hundredths = 0

    mutating func add(_ scalar: Unicode.Scalar) {
        let next = Self.kind(of: scalar)
        if next != kind || isEmpty {
            endRun()
            previousKind = kind
            kind = next
            (length, changes, special) = (0, 0, 0)
            isEmpty = false
        }
        length += 1
        if length == 1 || scalar != last { changes += 1 }
        if (kind == .latin && scalar.value > 127) || (0x3040..<0x3100).contains(scalar.value) { special += 1 }
        last = scalar
    }

    var estimate: TokenEstimate {
        var tally = self
        tally.endRun()
        tally.endWord()
        let least = isEmpty ? 0 : 1
        let fewest = max(tally.fewest, least)
        return TokenEstimate(fewest: fewest, likely: max((tally.hundredths + 50) / 100, fewest))
    }

    private mutating func endWord() {
        if isInWord { fewest += max(fewestOfWord, 1) }
        (fewestOfWord, isInWord) = (0, false)
    }

    private mutating func endRun() {
        guard length > 0 else { return }
        switch kind {
        case .blank, .lineBreak: endWord()
        default:
            isInWord = true
            fewestOfWord += fewestOfRun
        }
        hundredths += hundredthsOfRun
    }

    private var fewestOfRun: Int {
        switch kind {
        case .latin, .cyrillic, .otherLetter:
            // The end of `don't` may belong to its beginning.
            previousKind == .sign && length <= 2 ? 0 : (changes + 19) / 20
        case .digit: (changes + 4) / 5
        case .han: max(((length - special) * 5 + special * 2) / 20, 1)
        case .hangul: max(length / 6, 1)
        // A sign may belong to the letters behind it, and `</td>` is one token in places.
        case .sign: changes / 8
        case .symbol: changes / 4
        case .blank, .lineBreak: 0
        }
    }

    /// The likely tokens.
    private var hundredthsOfRun: Int {
        switch kind {
        case .blank: length > 1 ? 100 : 0
        case .lineBreak: previousKind == .sign ? 0 : 60
        case .latin: 103 + min(max(length - 6, 0), changes) * 30 + special * 120
        case .cyrillic: 20 + changes * 34
        case .otherLetter: changes * 64
        case .digit: (length + 2) / 3 * 175
        case .sign: changes > 2 ? 90 + (changes - 2) * 65 : (length > 1 ? 90 : 60)
        case .han: (length - special) * 76 + special * 70
        case .hangul: 190 + length * 22
        case .symbol: changes * 150
        }
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x20, 0x09: .blank
        case 0x0A, 0x0D: .lineBreak
        case 0x30...0x39: .digit
        case 0x41...0x5A, 0x61...0x7A: .latin
        case 0..<0x80: .sign
        case 0xC0...0x24F: .latin
        case 0x0400...0x052F: .cyrillic
        case 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: .han
        case 0x1100...0x11FF, 0xAC00...0xD7AF: .hangul
        // Vowel signs and accents stand among the letters of these.
        case 0x0300...0x036F, 0x0900...0x10FF: .otherLetter
        default: scalar.properties.isAlphabetic ? .otherLetter : .symbol
        }
    }
}
