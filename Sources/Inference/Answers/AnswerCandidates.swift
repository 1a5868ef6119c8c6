import Jinja

/// The data that an answer may mean.
struct AnswerCandidates {
    struct Candidate {
        var value: Value
        var repairs: Set<AnswerRepair>
        /// Where it stands.
        var range: Range<Int>
        var isFenced: Bool
        /// Whether it is JSON as it stands.
        var isStrict: Bool
    }

    private(set) var all: [Candidate] = []
    /// Why the first thing that looked like data is none.
    private(set) var failure: TolerantJSON.Failure?

    private let text: [Unicode.Scalar]
    /// How much may be read in vain, so that a text of brackets does not cost a walk to its end for each.
    private var fuel: Int

    private static let most = 50

    init(in regions: AnswerRegions) {
        text = regions.text
        fuel = regions.text.count * 6 + 10_000
        var seen: [Range<Int>] = []
        for region in regions.regions where all.count < Self.most {
            for candidate in candidates(in: region) where !seen.contains(where: { $0.overlaps(candidate.range) }) {
                all.append(candidate)
            }
            seen = all.map(\.range)
        }
    }

    private mutating func candidates(in region: AnswerRegions.Region) -> [Candidate] {
        var found: [Candidate] = []
        let range = region.range
        let quotes = TolerantJSON.lastQuotes(in: text, range)
        func reader(from start: Int) -> TolerantJSON {
            TolerantJSON(text, start..<range.upperBound, lastQuotes: quotes)
        }
        var place = range.lowerBound
        let start = reader(from: place).skippingSpace(place)
        if isMember(start, reader(from: start)) {
            var reader = reader(from: start)
            if let value = try? reader.members() {
                found.append(candidate(value, reader, from: start, region))
                place = reader.at
            }
        }
        while place < range.upperBound, found.count < Self.most, fuel > 0 {
            let sign = TolerantJSON.plain(text[place])
            guard sign == "{" || sign == "[" else {
                place += 1
                continue
            }
            if let strict = strictValue(from: place, to: range.upperBound) {
                found.append(
                    Candidate(
                        value: strict.value, repairs: [], range: place..<strict.end, isFenced: region.isFenced,
                        isStrict: true))
                place = strict.end
                continue
            }
            var reader = reader(from: place)
            if isEscaped(place, range.upperBound), let inner = unescaped(from: place, region) {
                found.append(inner)
                place = inner.range.upperBound
                continue
            }
            do throws(TolerantJSON.Failure) {
                let value = try reader.container()
                found.append(candidate(value, reader, from: place, region))
                place = max(reader.at, place + 1)
            } catch {
                if failure == nil { failure = error }
                fuel -= reader.at - place
                if reader.hasMembers {
                    // A part of data that cannot be read is not what is meant.
                    guard let end = balancedEnd(from: place, to: range.upperBound) else { return found }
                    place = end
                } else {
                    // It is no data itself, but there may be some inside it.
                    place += 1
                }
            }
        }
        return found
    }

    /// Whether the text begins with a member whose brace is missing.
    private func isMember(_ index: Int, _ reader: TolerantJSON) -> Bool {
        guard index < reader.end, Quotes.double.contains(text[index]) else { return false }
        return reader.isMember(index)
    }

    private func candidate(
        _ value: Value, _ reader: TolerantJSON, from start: Int, _ region: AnswerRegions.Region
    ) -> Candidate {
        Candidate(
            value: value, repairs: reader.repairs, range: start..<reader.at, isFenced: region.isFenced,
            isStrict: false)
    }

    /// A balanced `{…}` or `[…]` that is JSON.
    private mutating func strictValue(from start: Int, to limit: Int) -> (value: Value, end: Int)? {
        guard let end = balancedEnd(from: start, to: limit) else { return nil }
        if let value = try? Value(json: TolerantJSON.bytes(of: text[start..<end])) { return (value, end) }
        fuel -= end - start
        return nil
    }

    private mutating func balancedEnd(from start: Int, to limit: Int) -> Int? {
        var depth = 0
        var isInString = false
        var place = start
        while place < limit {
            switch text[place] {
            case "\\" where isInString: place += 1
            case "\"": isInString.toggle()
            case "{", "[": if !isInString { depth += 1 }
            case "}", "]":
                if !isInString {
                    depth -= 1
                    if depth == 0 { return place + 1 }
                }
            default: break
            }
            place += 1
        }
        fuel -= limit - start
        return nil
    }

    // MARK: Escaped data

    /// `{\"a\": 1}`: the inside of a text, without its quotes.
    private func isEscaped(_ start: Int, _ end: Int) -> Bool {
        var place = start + 1
        while place < end, TolerantJSON.isOddSpace(text[place]) || "{[".unicodeScalars.contains(text[place]) {
            place += 1
        }
        return place + 1 < end && text[place] == "\\" && text[place + 1] == "\""
    }

    private func unescaped(from start: Int, _ region: AnswerRegions.Region) -> Candidate? {
        var plain: [Unicode.Scalar] = []
        var place = start
        while place < region.range.upperBound {
            if text[place] == "\\", place + 1 < region.range.upperBound {
                place += 1
                plain.append(text[place] == "n" ? "\n" : text[place] == "t" ? "\t" : text[place])
            } else {
                plain.append(text[place])
            }
            place += 1
        }
        let all = 0..<plain.count
        var reader = TolerantJSON(plain, all, lastQuotes: TolerantJSON.lastQuotes(in: plain, all))
        guard let value = try? reader.container() else { return nil }
        return Candidate(
            value: value, repairs: reader.repairs.union([.doubleEncoded]), range: start..<region.range.upperBound,
            isFenced: region.isFenced, isStrict: false)
    }
}
