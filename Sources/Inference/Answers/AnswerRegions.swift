import Jinja

/// The parts of an answer in which data may stand.
struct AnswerRegions {
    struct Region {
        var range: Range<Int>
        var isFenced: Bool
    }

    let text: [Unicode.Scalar]
    /// More fences than anybody writes.
    private static let most = 100
    private(set) var regions: [Region] = []

    /// - Parameter answer: without white space at its ends.
    init(_ answer: [Unicode.Scalar]) {
        text = answer
        let body = 0..<answer.count
        let fences = fences(in: body)
        regions = fences.map { Region(range: $0, isFenced: true) }
        // Fences may stand inside the data too.
        let startsWithData = body.first.map { "{[".unicodeScalars.contains(TolerantJSON.plain(answer[$0])) } ?? false
        regions.insert(Region(range: body, isFenced: false), at: startsWithData ? 0 : regions.count)
    }

    /// What stands in code fences; a fence that is not closed lasts to the end.
    private func fences(in body: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var open: (start: Int, marks: Int)?
        var place = body.lowerBound
        while place + 2 < body.upperBound, found.count < Self.most {
            guard text[place] == "`" || text[place] == "~", text[place + 1] == text[place],
                text[place + 2] == text[place]
            else {
                place += 1
                continue
            }
            let mark = place
            while place < body.upperBound, text[place] == text[mark] { place += 1 }
            if let begun = open {
                // A longer fence may hold shorter ones.
                guard place - mark >= begun.marks else { continue }
                found.append(begun.start..<mark)
                open = nil
            } else {
                open = (contentStart(place, body.upperBound), place - mark)
            }
        }
        if let open { found.append(open.start..<body.upperBound) }
        return found
    }

    /// Behind the name of a language.
    private func contentStart(_ index: Int, _ end: Int) -> Int {
        var place = index
        while place < end, text[place].properties.isAlphabetic || "0123456789+-_.".unicodeScalars.contains(text[place])
        {
            place += 1
        }
        let isName = place == end || TolerantJSON.isOddSpace(text[place]) || "{[\"".unicodeScalars.contains(text[place])
        return isName ? place : index
    }
}
