import Foundation

/// The text of a web page as a person reads it: without scripts, styles and tags, a line for each paragraph, list item and
/// table row, headings as Markdown has them.
///
/// Written here because no Swift package for it works on Linux. Pages are damaged more often than not, so nothing is an
/// error: a tag that does not end is text.
struct HTMLText {
    private(set) var title = ""
    private var lines: [String] = []
    private var line = ""
    /// Blanks count here.
    private var preformatted = 0
    /// How many cells the table row has so far.
    private var cells = 0
    private var isTitle = false

    private static let hidden: Set<Substring> = ["script", "style", "template", "noscript", "svg", "head", "iframe"]
    private static let blocks: Set<Substring> = [
        "p", "div", "br", "li", "ul", "ol", "table", "tr", "section", "article", "header", "footer", "main", "nav",
        "aside",
        "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "dt", "dd", "form", "figure", "figcaption",
        "address", "option", "title", "caption", "thead", "tbody",
    ]

    /// The text, with one empty line at most between two others.
    var text: String {
        var kept: [String] = []
        for line in lines where !line.isEmpty || kept.last?.isEmpty == false { kept.append(line) }
        return kept.joined(separator: "\n").trimmingCharacters(in: .newlines)
    }

    init(_ source: String) {
        var rest = source[...]
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "<")) {
            append(rest[..<open])
            rest = rest[open...]
            if rest.hasPrefix("<!--") {
                rest = rest.firstRange(of: "-->").map { rest[$0.upperBound...] } ?? ""
                continue
            }
            let next = rest.utf8.dropFirst().first ?? 0
            if next == UInt8(ascii: "?") {
                // `<?xml …?>` speaks to programs.
                rest = rest.firstIndex(of: ">").map { rest[rest.index(after: $0)...] } ?? ""
                continue
            }
            guard Self.isLetter(next) || next == UInt8(ascii: "/") || next == UInt8(ascii: "!") else {
                append(rest.prefix(1))
                rest = rest.dropFirst()
                continue
            }
            // No tag behind this one ends either.
            guard let end = Self.tagEnd(of: rest) else { break }
            let tag = rest[rest.index(after: open)..<end]
            rest = rest[rest.index(after: end)...]
            take(tag, &rest)
        }
        append(rest)
        endLine()
    }

    /// The encoding that a page says it has, in its first kilobyte.
    static func declaredEncoding(_ data: Data) -> String? {
        let head = String(decoding: data.prefix(1024).map { $0 < 128 ? $0 : 0x20 }, as: UTF8.self)
        let match = head.firstMatch(of: /(?i)(?:charset|<\?xml[^>]{0,100}encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]+)/)
        return match.map { String($0.output.1) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    /// A `>` that stands in no quotes; attributes may hold some.
    private static func tagEnd(of text: Substring) -> Substring.Index? {
        var quote: UInt8?
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index
            }
        }
        // A quote that is never closed is no quote.
        return text.firstIndex(of: ">")
    }

    /// Where `</name` begins, in letters of either case. Foundation's search would copy the rest of the page each time.
    private static func closingTag(of name: Substring, in text: Substring) -> Substring.Index? {
        let bytes = text.utf8
        var start = bytes.startIndex
        while let open = bytes[start...].firstIndex(of: UInt8(ascii: "<")) {
            let behind = bytes[open...].dropFirst()
            // A small letter is the capital one with this bit set.
            let found = behind.dropFirst().prefix(name.utf8.count).map { $0 | 0x20 }
            let next = behind.dropFirst(1 + name.utf8.count).first
            if behind.first == UInt8(ascii: "/"), found.elementsEqual(name.utf8), !(next.map(isLetter) ?? false) {
                return open
            }
            start = bytes.index(after: open)
        }
        return nil
    }

    /// Whether a tag is its own end: `<style/>`, and not the path in `<script src=/js/>`.
    private static func isEmpty(_ tag: Substring) -> Bool {
        guard tag.last == "/" else { return false }
        let before = tag.dropLast()
        guard let last = before.last, before.contains("=") else { return true }
        return last.isWhitespace || last == "\"" || last == "'"
    }

    private mutating func take(_ tag: Substring, _ rest: inout Substring) {
        let isClosing = tag.hasPrefix("/")
        let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "-" }.lowercased()[...]
        let isEmpty = Self.isEmpty(tag)
        if name == "title" { isTitle = !isClosing && !isEmpty }
        if name == "head" { return }
        if Self.hidden.contains(name), !isClosing, !isEmpty {
            // All of it is passed over, whatever it looks like.
            rest = Self.closingTag(of: name, in: rest).map { rest[$0...] } ?? ""
            return
        }
        if name == "td" || name == "th" {
            guard !isClosing else { return }
            if cells > 0 { line += " | " }
            cells += 1
            return
        }
        guard Self.blocks.contains(name) else { return }
        // `<li><p>`: the mark waits for what comes behind it.
        if !isClosing, isMark { return }
        endLine()
        if name == "tr" { cells = 0 }
        if name == "pre" { preformatted = max(0, preformatted + (isClosing ? -1 : 1)) }
        if ["p", "ul", "ol", "table", "blockquote", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6"].contains(
            name)
        {
            lines.append("")
        }
        guard !isClosing else { return }
        if name == "li" { line = "- " }
        if name.count == 2, name.first == "h", let rank = name.last?.wholeNumberValue {
            line = String(repeating: "#", count: rank) + " "
        }
    }

    private mutating func append(_ text: Substring) {
        let plain = HTMLEntities.decoded(text)
        if isTitle {
            title += plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return
        }
        if preformatted > 0 {
            let parts = plain.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (index, part) in parts.enumerated() {
                if index > 0 {
                    lines.append(line)
                    line = ""
                }
                line += part
            }
            return
        }
        let words = plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let beginsWithSpace = plain.first?.isWhitespace == true
        if beginsWithSpace, !line.isEmpty, line.last?.isWhitespace == false { line += " " }
        line += words
        if !words.isEmpty, plain.last?.isWhitespace == true { line += " " }
    }

    /// Whether the line has only the mark of a list item or a heading.
    private var isMark: Bool { line == "- " || (line.hasSuffix("# ") && line.dropLast().allSatisfy { $0 == "#" }) }

    private mutating func endLine() {
        let ended = preformatted > 0 ? line : line.trimmingCharacters(in: .whitespaces)
        let isText = !isMark && !ended.isEmpty
        line = ""
        if isText { lines.append(ended) }
    }
}
