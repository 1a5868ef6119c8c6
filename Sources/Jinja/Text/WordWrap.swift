/// Breaks a line at white space and after hyphens, as Python's `textwrap` with the settings that Jinja uses.
struct WordWrap {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    func lines(of text: String) -> [String] {
        var chunks = Array(self.chunks(of: Array(text.unicodeScalars)).reversed())
        var lines: [String] = []
        while !chunks.isEmpty {
            var line: [[Unicode.Scalar]] = []
            var length = 0
            if !lines.isEmpty, isSpace(chunks[chunks.count - 1]) { chunks.removeLast() }
            while let chunk = chunks.last, length + chunk.count <= width {
                line.append(chunk)
                length += chunk.count
                chunks.removeLast()
            }
            if let chunk = chunks.last, chunk.count > width {
                breakLong(chunk, &chunks, &line, length)
            }
            if let last = line.last, isSpace(last) { line.removeLast() }
            if !line.isEmpty { lines.append(String(String.UnicodeScalarView(line.joined()))) }
        }
        return lines
    }

    private func breakLong(
        _ chunk: [Unicode.Scalar], _ chunks: inout [[Unicode.Scalar]], _ line: inout [[Unicode.Scalar]], _ length: Int
    ) {
        let space = max(width - length, 1)
        if breaksLongWords {
            var end = space
            if breaksOnHyphens, chunk.count > space,
                let hyphen = chunk[..<space].lastIndex(of: "-"), hyphen > 0,
                chunk[..<hyphen].contains(where: { $0 != "-" })
            {
                end = hyphen + 1
            }
            line.append(Array(chunk[..<end]))
            chunks[chunks.count - 1] = Array(chunk[end...])
        } else if line.isEmpty {
            line.append(chunk)
            chunks.removeLast()
        }
    }

    private func isSpace(_ chunk: [Unicode.Scalar]) -> Bool { chunk.allSatisfy(Self.isBlank) }

    // The white space of ASCII only: a no-break space keeps words together.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        (0x09...0x0D).contains(scalar.value) || scalar == " "
    }

    /// Words and the white space between them; words are also cut after a hyphen between letters, and around dashes.
    private func chunks(of text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        var start = 0
        while start < text.count {
            var end = start
            let blank = Self.isBlank(text[start])
            while end < text.count, Self.isBlank(text[end]) == blank { end += 1 }
            if blank || !breaksOnHyphens {
                chunks.append(Array(text[start..<end]))
            } else {
                chunks += hyphenated(Array(text[start..<end]))
            }
            start = end
        }
        return chunks
    }

    private func hyphenated(_ word: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var parts: [[Unicode.Scalar]] = []
        var start = 0
        var index = 0
        func isWord(_ index: Int) -> Bool { word.indices.contains(index) && word[index].isPythonWord }
        func isLetter(_ index: Int) -> Bool {
            isWord(index) && !word[index].isPythonDecimal && word[index] != "_"
        }
        func isPunctuatedWord(_ index: Int) -> Bool {
            isWord(index) || (word.indices.contains(index) && "!\"'&.,?".unicodeScalars.contains(word[index]))
        }
        while index < word.count {
            guard word[index] == "-" else {
                index += 1
                continue
            }
            var end = index
            while end < word.count, word[end] == "-" { end += 1 }
            if end - index >= 2, isPunctuatedWord(index - 1), isWord(end) {
                // A dash between words stands on its own.
                if index > start { parts.append(Array(word[start..<index])) }
                parts.append(Array(word[index..<end]))
                start = end
            } else if end - index == 1, index > start, isLetter(index - 1),
                isLetter(index - 2) || isLetter(index - 3) && word[index - 2] == "-",
                isLetter(end),
                isLetter(end + 1) || (word.indices.contains(end + 1) && word[end + 1] == "-" && isLetter(end + 2))
            {
                parts.append(Array(word[start..<end]))
                start = end
            }
            index = end
        }
        if start < word.count { parts.append(Array(word[start...])) }
        return parts
    }
}
