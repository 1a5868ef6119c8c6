import Yams

/// Reads a YAML file into nodes with places, within limits that no honest workflow reaches.
enum YAMLDocument {
    /// The largest file in bytes.
    static let largestFile = 4 << 20
    /// The most nodes, with aliases counted each time they are used, so that nested aliases cannot explode.
    static let mostNodes = 200_000
    static let deepestNesting = 100

    /// - Returns: the one document of the file; null where the file is empty.
    /// - Throws: one ``Diagnostic`` with the place where reading stopped.
    static func read(_ source: SourceText) throws(Diagnostic) -> YAMLNode {
        func failure(_ message: String, at place: Place = .start) -> Diagnostic {
            Diagnostic(in: source, at: place, message: message)
        }
        guard source.text.utf8.count <= largestFile else {
            throw failure("the file is larger than \(largestFile >> 20) MB, which is no workflow")
        }
        if let tab = firstIndentingTab(in: source) {
            throw failure("YAML does not allow a tab in indentation: use spaces", at: tab)
        }
        let root: Yams.Node?
        do {
            // Yams guesses an encoding of its own unless it is told.
            root = try Yams.Parser(yaml: source.text, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw diagnostic(for: error, in: source)
        } catch {
            throw failure("the file cannot be read as YAML: \(error)")
        }
        guard let root else {
            return YAMLNode(content: .scalar(YAMLScalar(text: "", style: .plain)), place: .start)
        }
        var count = 0
        return try convert(root, in: source, depth: 0, count: &count)
    }

    private static func convert(
        _ node: Yams.Node, in source: SourceText, depth: Int, count: inout Int
    ) throws(Diagnostic) -> YAMLNode {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        count += 1
        guard count <= mostNodes else {
            throw Diagnostic(in: source, at: place, message: "the file has more than \(mostNodes) values")
        }
        guard depth <= deepestNesting else {
            throw Diagnostic(in: source, at: place, message: "values are nested more than \(deepestNesting) deep")
        }
        switch node {
        case .scalar(let scalar):
            if let tag = scalar.tag.foreignName {
                throw Diagnostic(
                    in: source, at: place,
                    message: "`\(tag)` is taken for a YAML tag: text that begins with `!` needs quotes")
            }
            return YAMLNode(
                content: .scalar(YAMLScalar(text: scalar.string, style: style(scalar, in: source, at: place))),
                place: place)
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence {
                elements.append(try convert(element, in: source, depth: depth + 1, count: &count))
            }
            return YAMLNode(content: .sequence(elements), place: place)
        case .mapping(let mapping):
            var entries: [YAMLNode.Entry] = []
            for (key, value) in mapping {
                entries.append(
                    YAMLNode.Entry(
                        key: try convert(key, in: source, depth: depth + 1, count: &count),
                        value: try convert(value, in: source, depth: depth + 1, count: &count)))
            }
            return YAMLNode(content: .mapping(entries), place: place)
        case .alias:
            throw Diagnostic(in: source, at: place, message: "this alias points nowhere")
        }
    }

    private static func style(
        _ scalar: Yams.Node.Scalar, in source: SourceText, at place: Place
    ) -> YAMLScalar.Style {
        switch scalar.style {
        case .singleQuoted: .singleQuoted
        case .doubleQuoted: .doubleQuoted
        case .literal: .literal
        case .folded: .folded
        // A tag makes a text of what looks like a number, as quotes do.
        case .any, .plain: isTaggedAsText(in: source, at: place) ? .doubleQuoted : .plain
        }
    }

    /// Whether `!!str` stands before a value, or where the parser says that it begins.
    private static func isTaggedAsText(in source: SourceText, at place: Place) -> Bool {
        let line = source.line(place.line).unicodeScalars
        let tag = "!!str".unicodeScalars
        if line.dropFirst(place.column - 1).starts(with: tag) { return true }
        let before = line.prefix(place.column - 1).reversed()
        return before.first == " " && before.drop { $0 == " " }.starts(with: tag.reversed())
    }

    /// The first tab that stands in the indentation of a line and not inside a block of text, as far as can be told
    /// from the line before.
    private static func firstIndentingTab(in source: SourceText) -> Place? {
        for number in 1...max(1, source.lines.count) {
            let line = source.line(number)
            let indent = line.prefix { $0 == " " || $0 == "\t" }
            guard indent.contains("\t"), indent.count < line.count else { continue }
            // Inside a block scalar a tab after the block's own spaces is text.
            if indent.first == " " { continue }
            return Place(
                line: number,
                column: (indent.firstIndex(of: "\t").map { indent.distance(from: indent.startIndex, to: $0) } ?? 0) + 1)
        }
        return nil
    }
}

extension Tag {
    /// The tag's name, where it is one that someone wrote and YAML itself does not know.
    fileprivate var foreignName: String? {
        let name = description
        return name.hasPrefix("!") && name.count > 1 ? name : nil
    }
}
