/// Cuts texts into units, told as their lengths in UTF-8 bytes, and units into chunks.
enum TextUnits {
    struct Chunk {
        var text: Substring
        /// Where it begins, in characters.
        var start: Int
        /// How many units it holds.
        var size: Int
    }

    /// Lines with their line ends.
    static func lines(of text: String) -> [Int] {
        var lengths: [Int] = []
        var length = 0
        for character in text {
            length += character.utf8.count
            guard character.isNewline else { continue }
            lengths.append(length)
            length = 0
        }
        return length > 0 ? lengths + [length] : lengths
    }

    /// Sentences with the white space behind them.
    ///
    /// A sentence ends at `.`, `!`, `?` or `…` and closing marks, before white space that no lower-case letter follows;
    /// at `。`, `！` and `？` anywhere; and at an empty line. A single letter before the point is an initial.
    ///
    /// - Throws: `CancellationError`.
    static func sentences(of text: String) throws -> [Int] {
        let characters = Array(text)
        var lengths: [Int] = []
        var length = 0
        var index = 0
        while index < characters.count {
            if index % 4096 == 0 { try Task.checkCancellation() }
            let (next, isEnd) = mark(characters, at: index)
            while index < next {
                length += characters[index].utf8.count
                index += 1
            }
            guard isEnd else { continue }
            lengths.append(length)
            length = 0
        }
        return length > 0 ? lengths + [length] : lengths
    }

    /// The place behind this character, or behind the marks and the white space that begin here; and whether a sentence
    /// ends there. What was looked at is not looked at again.
    private static func mark(_ characters: [Character], at index: Int) -> (next: Int, isEnd: Bool) {
        var next = index + 1
        if characters[index].isNewline {
            while next < characters.count, characters[next].isWhitespace, !characters[next].isNewline { next += 1 }
            guard next < characters.count, characters[next].isNewline else { return (next, false) }
        } else if "。！？".contains(characters[index]) {
            while next < characters.count, "」』”’）".contains(characters[next]) { next += 1 }
        } else {
            guard ".!?…".contains(characters[index]), !isInitial(characters, at: index) else { return (next, false) }
            while next < characters.count, ".!?…\"'”’»)]".contains(characters[next]) { next += 1 }
            guard next < characters.count, characters[next].isWhitespace else { return (next, false) }
            let following = characters[next...].first { !$0.isWhitespace }
            if let following, following.isLowercase { return (next, false) }
        }
        while next < characters.count, characters[next].isWhitespace { next += 1 }
        return (next, true)
    }

    private static func isInitial(_ characters: [Character], at index: Int) -> Bool {
        guard characters[index] == ".", index > 0, characters[index - 1].isUppercase else { return false }
        return index == 1 || !characters[index - 2].isLetter && !characters[index - 2].isNumber
    }

    /// The most that the chunks of a text hold together, repetitions included.
    private static let mostBytes = 64 << 20

    /// Chunks of at most `size` units, each beginning with the last `overlap` units of the one before.
    ///
    /// A unit may end inside a character, as tokens do; a chunk does not.
    ///
    /// - Throws: ``StepFailure`` where the chunks would be too much to hold, or `CancellationError`.
    static func chunks(of text: String, unitLengths: [Int], size: Int, overlap: Int) throws -> [Chunk] {
        let bounds = boundaries(of: text, unitLengths)
        var chunks: [Chunk] = []
        var first = 0
        var total = 0
        var place = (index: text.startIndex, characters: 0)
        while first < unitLengths.count {
            let end = min(unitLengths.count, first + size)
            place.characters += text.distance(from: place.index, to: bounds[first])
            place.index = bounds[first]
            let piece = text[bounds[first]..<bounds[end]]
            try Task.checkCancellation()
            total += piece.utf8.count
            guard total <= mostBytes else {
                throw StepFailure(
                    .badValue, "the chunks would hold more than \(mostBytes >> 20) MB together: lower `overlap`")
            }
            if !piece.isEmpty { chunks.append(Chunk(text: piece, start: place.characters, size: end - first)) }
            guard end < unitLengths.count else { break }
            first += size - overlap
        }
        return chunks
    }

    /// Where each unit begins, moved back to the character that it is in, and the end of the text.
    private static func boundaries(of text: String, _ lengths: [Int]) -> [String.Index] {
        var bounds: [String.Index] = []
        bounds.reserveCapacity(lengths.count + 1)
        var position = text.utf8.startIndex
        for length in lengths {
            bounds.append(text.rounded(down: position))
            position = text.utf8.index(position, offsetBy: length, limitedBy: text.utf8.endIndex) ?? text.utf8.endIndex
        }
        return bounds + [text.endIndex]
    }
}

extension String {
    /// The beginning of the character that an index is in.
    fileprivate func rounded(down index: Index) -> Index {
        var candidate = index
        while candidate > startIndex, candidate < endIndex, candidate.samePosition(in: self) == nil {
            candidate = utf8.index(before: candidate)
        }
        return candidate
    }
}
