/// Stripping, splitting and lines as Python's `str` has them.
extension String {
    enum Side {
        case left
        case right
        case both
    }

    /// Without white space at the ends, or without any of the given scalars.
    func stripped(_ side: Side = .both, of characters: String? = nil) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        let drops: (Unicode.Scalar) -> Bool = { scalar in set?.contains(scalar) ?? scalar.isPythonSpace }
        var rest = unicodeScalars[...]
        if side != .right { rest = rest.drop(while: drops) }
        if side != .left { while let last = rest.last, drops(last) { rest.removeLast() } }
        return String(rest)
    }

    /// The words between runs of white space.
    ///
    /// - Parameter limit: The number of cuts; negative for no limit.
    func splitAtSpace(limit: Int = -1) -> [String] {
        var parts: [String] = []
        var rest = unicodeScalars.drop(while: \.isPythonSpace)
        while !rest.isEmpty {
            if limit >= 0, parts.count == limit {
                parts.append(String(rest))
                break
            }
            let word = rest.prefix { !$0.isPythonSpace }
            parts.append(String(word))
            rest = rest[word.endIndex...].drop(while: \.isPythonSpace)
        }
        return parts
    }

    /// The words between runs of white space, cut from the right.
    func splitAtSpaceFromRight(limit: Int = -1) -> [String] {
        if limit < 0 { return splitAtSpace() }
        let scalars = Array(unicodeScalars)
        func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
        var parts: [String] = []
        var end = scalars.count
        while true {
            while end > 0, scalars[end - 1].isPythonSpace { end -= 1 }
            if end == 0 { break }
            if parts.count == limit {
                parts.append(text(0..<end).stripped(.left).isEmpty ? "" : text(0..<end))
                break
            }
            var start = end
            while start > 0, !scalars[start - 1].isPythonSpace { start -= 1 }
            parts.append(text(start..<end))
            end = start
        }
        return parts.reversed()
    }

    /// - Parameters:
    ///   - separator: Not empty.
    ///   - limit: The number of cuts; negative for no limit.
    func split(at separator: String, limit: Int = -1) -> [String] {
        let bytes = ByteText(self)
        let pattern = ByteText(separator)
        var parts: [String] = []
        var start = 0
        while limit < 0 || parts.count < limit, let range = bytes.firstRange(of: pattern, from: start) {
            parts.append(bytes.text(start..<range.lowerBound))
            start = range.upperBound
        }
        parts.append(bytes.text(start..<bytes.bytes.count))
        return parts
    }

    func splitFromRight(at separator: String, limit: Int = -1) -> [String] {
        let bytes = ByteText(self)
        let pattern = ByteText(separator)
        var parts: [String] = []
        var end = bytes.bytes.count
        while limit < 0 || parts.count < limit, let range = bytes.lastRange(of: pattern, before: end) {
            parts.append(bytes.text(range.upperBound..<end))
            end = range.lowerBound
        }
        parts.append(bytes.text(0..<end))
        return parts.reversed()
    }

    /// The lines, at all line ends that Python knows; none after the last.
    func pythonLines(keepEnds: Bool = false) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var isOpen = false
        var scalars = unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            isOpen = true
            switch scalar.value {
            case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
                if keepEnds { line.append(scalar) }
                if scalar == "\r", pending == "\n" {
                    if keepEnds { line.append("\n") }
                    pending = scalars.next()
                }
                lines.append(String(line))
                line = String.UnicodeScalarView()
                isOpen = false
            default: line.append(scalar)
            }
        }
        if isOpen { lines.append(String(line)) }
        return lines
    }

    /// - Parameter limit: How many matches are replaced; negative for all.
    func replacing(_ old: String, with new: String, limit: Int) -> String {
        if limit == 0 { return self }
        var output: [UInt8] = []
        if old.isEmpty {
            // An empty pattern matches before every character and at the end.
            var left = limit < 0 ? Int.max : limit
            for scalar in unicodeScalars {
                if left > 0 { output += Array(new.utf8) }
                left -= left > 0 ? 1 : 0
                output += UTF8.encode(scalar).map(Array.init) ?? []
            }
            if left > 0 { output += Array(new.utf8) }
            return String(decoding: output, as: UTF8.self)
        }
        let bytes = ByteText(self)
        let replacement = Array(new.utf8)
        var start = 0
        var count = 0
        for range in bytes.ranges(of: ByteText(old)) {
            if limit >= 0, count == limit { break }
            output += bytes.bytes[start..<range.lowerBound]
            output += replacement
            start = range.upperBound
            count += 1
        }
        if count == 0 { return self }
        output += bytes.bytes[start...]
        return String(decoding: output, as: UTF8.self)
    }

    /// Filled up to a width, by the side on which the text stands.
    func padded(to width: Int, with fill: Unicode.Scalar = " ", _ side: Side) -> String {
        let missing = width - unicodeScalars.count
        guard missing > 0 else { return self }
        let left: Int
        switch side {
        case .left: left = 0
        case .right: left = missing
        // CPython puts the odd place to the left where the width is odd.
        case .both: left = missing / 2 + (missing & width & 1)
        }
        let fill = String(Character(fill))
        return String(repeating: fill, count: left) + self + String(repeating: fill, count: missing - left)
    }
}
