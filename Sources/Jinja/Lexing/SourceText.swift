/// A template's source as Jinja reads it: line breaks are single line feeds, and one at the end is dropped unless it is
/// kept. Places are translated back to the original bytes.
struct SourceText: Sendable {
    /// What is lexed.
    let bytes: [UInt8]
    private let original: [UInt8]
    /// Offsets in ``bytes`` before which a carriage return was taken out, in order.
    private let removals: [Int]

    init(_ source: String, keepTrailingNewline: Bool) {
        original = Array(source.utf8)
        var bytes = original
        var removals: [Int] = []
        if original.contains(UInt8(ascii: "\r")) {
            bytes = []
            bytes.reserveCapacity(original.count)
            for index in original.indices {
                if original[index] != UInt8(ascii: "\r") {
                    bytes.append(original[index])
                } else if original[safely: index + 1] == UInt8(ascii: "\n") {
                    removals.append(bytes.count)
                } else {
                    bytes.append(UInt8(ascii: "\n"))
                }
            }
        }
        if !keepTrailingNewline, bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        self.bytes = bytes
        self.removals = removals
    }

    /// The range in the original bytes.
    func original(_ range: SourceRange) -> SourceRange {
        let start = original(range.offset)
        return SourceRange(offset: start, length: original(range.offset + range.length) - start)
    }

    private func original(_ offset: Int) -> Int {
        var low = 0
        var high = removals.count
        while low < high {
            let middle = (low + high) / 2
            if removals[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return offset + low
    }

    /// Line and column of an offset in the original bytes.
    func position(of offset: Int) -> TextPlace { TextPlace(of: offset, in: original) }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension SourceText {
    /// A piece of the source for a message: without white space and dots around it, cut where it is long.
    func shortText(_ place: SourceRange) -> String {
        let start = min(place.offset, bytes.count)
        var piece = bytes[start..<min(start + max(place.length, 0), bytes.count)]
        while let last = piece.last, isSpace(last) || last == UInt8(ascii: ".") || last == UInt8(ascii: "[") {
            piece.removeLast()
        }
        let text = String(decoding: piece, as: UTF8.self)
        return text.utf8.count <= 60 ? text : "…" + String(text.unicodeScalars.suffix(50))
    }
}

extension SourceText {
    /// Whether a piece starts with the source and only the closing delimiter follows it.
    func isCovered(by place: SourceRange, closedBy end: String) -> Bool {
        guard place.offset == 0 else { return false }
        return place.length == bytes.count && bytes.suffix(end.utf8.count).elementsEqual(end.utf8)
    }
}
