/// Two characters that occur nowhere in a prompt, to mark what in it comes from the messages.
struct Marks {
    /// A text without its marks, and where in it the marked parts are.
    struct Resolved {
        var text: [UInt8]
        var ranges: [Range<Int>]
    }

    let opening: Unicode.Scalar
    let closing: Unicode.Scalar

    /// Takes characters of the private use planes, which real text hardly ever holds; `nil` if it holds them all.
    init?(absentFrom texts: [String]) {
        let used = texts.reduce(into: Set<Unicode.Scalar>()) { used, text in
            used.formUnion(text.unicodeScalars.lazy.filter { $0.value >= 0xF0000 })
        }
        let free = (UInt32(0xF0000)...0xFFFFD).lazy.compactMap(Unicode.Scalar.init).filter { !used.contains($0) }
        let pair = Array(free.prefix(2))
        guard pair.count == 2 else { return nil }
        opening = pair[0]
        closing = pair[1]
    }

    /// Marks a message inside its outer white space, which many templates trim.
    func aroundContent(_ content: String) -> String {
        let scalars = content.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return content }
        return String(scalars[..<start]) + String(opening) + String(scalars[start...end]) + String(closing)
            + String(scalars[scalars.index(after: end)...])
    }

    /// Marks each control token in a message.
    func aroundOccurrences(of specials: SpecialTexts) -> (String) -> String {
        { content in
            let bytes = Array(content.utf8)
            var marked = ""
            var start = 0
            for range in specials.occurrences(in: bytes) {
                marked += String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)
                marked += String(opening) + String(decoding: bytes[range], as: UTF8.self) + String(closing)
                start = range.upperBound
            }
            return marked + String(decoding: bytes[start...], as: UTF8.self)
        }
    }

    /// Takes the marks out again; `nil` if the template tore a pair apart.
    func resolve(_ text: String) -> Resolved? {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        var start: Int?
        for scalar in text.unicodeScalars {
            switch scalar {
            case opening:
                guard start == nil else { return nil }
                start = bytes.count
            case closing:
                guard let open = start else { return nil }
                ranges.append(open..<bytes.count)
                start = nil
            default:
                bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            }
        }
        return start == nil ? Resolved(text: bytes, ranges: ranges) : nil
    }
}

/// Replaces the control tokens inside messages by marked numbers, and puts them back after rendering.
struct StandIns {
    let marks: Marks
    let specials: SpecialTexts
    private var originals: [[UInt8]] = []

    init(marks: Marks, specials: SpecialTexts) {
        self.marks = marks
        self.specials = specials
    }

    mutating func replace(_ content: String) -> String {
        let bytes = Array(content.utf8)
        var replaced = ""
        var start = 0
        for range in specials.occurrences(in: bytes) {
            replaced += String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)
            replaced += "\(marks.opening)\(originals.count)\(marks.closing)"
            originals.append(Array(bytes[range]))
            start = range.upperBound
        }
        return replaced + String(decoding: bytes[start...], as: UTF8.self)
    }

    func restore(_ text: String) -> Marks.Resolved {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        var number: String?
        for scalar in text.unicodeScalars {
            switch scalar {
            case marks.opening:
                number = ""
            case marks.closing:
                if let index = number.flatMap({ Int($0) }), originals.indices.contains(index) {
                    ranges.append(bytes.count..<bytes.count + originals[index].count)
                    bytes += originals[index]
                }
                number = nil
            default:
                if number == nil {
                    bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
                } else {
                    number?.unicodeScalars.append(scalar)
                }
            }
        }
        return Marks.Resolved(text: bytes, ranges: ranges)
    }
}
