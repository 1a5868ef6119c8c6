/// Unicode's characters as UTF-8 writes them: a range of them as rows of ranges of bytes.
enum CharacterRanges {
    /// All characters that are in none of the ranges.
    static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var rest: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { rest.append(next...0x10FFFF) }
        return rest
    }

    /// Rows of ranges of bytes that together write just the characters of a range.
    static func bytes(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
        var rows: [[ClosedRange<UInt8>]] = []
        // By length; the surrogates are no characters.
        for part in [0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF]
            as [ClosedRange<UInt32>]
        where part.overlaps(range) {
            split(max(part.lowerBound, range.lowerBound), min(part.upperBound, range.upperBound), into: &rows)
        }
        return rows
    }

    /// Of one length: cut until the last bytes of a part are all that are possible, or all the others are the same.
    private static func split(_ first: UInt32, _ last: UInt32, into rows: inout [[ClosedRange<UInt8>]]) {
        let low = utf8(first)
        let high = utf8(last)
        for kept in 1..<max(low.count, 1) {
            let mask = (1 as UInt32) << UInt32(6 * kept) - 1
            guard first & ~mask != last & ~mask else { continue }
            if first & mask != 0 {
                split(first, first | mask, into: &rows)
                split((first | mask) + 1, last, into: &rows)
                return
            }
            if last & mask != mask {
                split(first, (last & ~mask) - 1, into: &rows)
                split(last & ~mask, last, into: &rows)
                return
            }
        }
        rows.append(zip(low, high).map { $0...$1 })
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8] {
        guard let scalar = Unicode.Scalar(scalar) else { return [] }
        return Array(String(Character(scalar)).utf8)
    }
}
