/// What stands around the data in an answer.
struct Surroundings {
    /// `nil` where nothing does.
    let repair: AnswerRepair?

    private static let longestName = 64

    init(of range: Range<Int>, in text: [Unicode.Scalar]) {
        let isWord: (Unicode.Scalar) -> Bool = { !TolerantJSON.isOddSpace($0) }
        let before = text[..<range.lowerBound].lastIndex(where: isWord)
        let behind = text[range.upperBound...].firstIndex(where: isWord)
        guard before != nil || behind != nil else {
            repair = nil
            return
        }
        if before == nil, text[range.upperBound...].allSatisfy({ !isWord($0) || $0 == "}" || $0 == "]" }) {
            repair = .extraBracket
            return
        }
        if let before, let behind, text[before] == "(", text[behind] == ")", Self.isName(text[..<before]) {
            repair = .call
            return
        }
        repair = .prose
    }

    private static func isName(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard (1...longestName).contains(text.count) else { return false }
        return text.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || "_$.".unicodeScalars.contains($0)
        }
    }
}
