import Jinja

/// The parts of an answer in which data may stand.
struct AnswerRegions {
    struct Region {
        var range: Range<Int>
        var isFenced: Bool
    }

    let text: [Unicode.Scalar]
    private(set) var regions: [Region] = []

    /// More fences than anybody writes.
    private static let most = 100

    /// - Parameter answer: without white space at its ends.
    init(_ answer: [Unicode.Scalar]) {
        text = answer
        regions = fences().map { Region(range: $0, isFenced: true) }
        // Fences may stand inside the data too.
        let startsWithData = answer.first.map { "{[".unicodeScalars.contains(TolerantJSON.plain($0)) } ?? false
        regions.insert(Region(range: 0..<answer.count, isFenced: false), at: startsWithData ? 0 : regions.count)
    }

    /// What stands in code fences; a fence that is not closed lasts to the end.
    private func fences() -> [Range<Int>] {
        var found: [Range<Int>] = []
        var open: (start: Int, marks: Int)?
        var place = 0
        while place + 2 < text.count, found.count < Self.most {
            guard text[place] == "`" || text[place] == "~", text[place + 1] == text[place],
                text[place + 2] == text[place]
            else {
                place += 1
                continue
            }
            let mark = place
            while place < text.count, text[place] == text[mark] { place += 1 }
            if let begun = open {
                // A longer fence may hold shorter ones.
                guard place - mark >= begun.marks else { continue }
                found.append(begun.start..<mark)
                open = nil
            } else {
                open = (contentStart(place), place - mark)
            }
        }
        if let open { found.append(open.start..<text.count) }
        return found
    }

    /// Behind the name of a language.
    private func contentStart(_ index: Int) -> Int {
        let end = text.count
        var place = index
        while place < end, text[place].properties.isAlphabetic || "0123456789+-_.".unicodeScalars.contains(text[place])
        {
            place += 1
        }
        let isName = place == end || TolerantJSON.isOddSpace(text[place]) || "{[\"".unicodeScalars.contains(text[place])
        return isName ? place : index
    }
}
