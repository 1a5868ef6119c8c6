import Foundation
import Inference

/// An answer by its parts: what the model thought, code fences and headings.
struct AnswerText {
    struct Fence {
        /// In lower case; empty where none is named.
        var language: String
        /// Without the line end before the closing fence.
        var content: String
    }

    /// Without the thoughts before it.
    let body: String
    let fences: [Fence]
    private let hasThoughts: Bool

    init(_ answer: String) {
        let parts = ThinkingSplitter.parts(of: answer)
        body = parts.answer
        hasThoughts = !parts.reasoning.isEmpty
        fences = Self.fences(in: body)
    }

    /// What stands in the first fence of one of these languages, else in the first one, else all.
    func content(of languages: [String]) -> (text: String, repairs: [AnswerRepair]) {
        var repairs: [AnswerRepair] = hasThoughts ? [.thinking] : []
        guard let fence = fences.first(where: { languages.contains($0.language) }) ?? fences.first else {
            return (body, repairs)
        }
        repairs.append(.fence)
        return (fence.content, repairs)
    }

    private static func fences(in text: String) -> [Fence] {
        var found: [Fence] = []
        var open: (mark: Substring, language: String, lines: [Substring])?
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let trimmed = line.drop(while: \.isWhitespace)
            let mark = trimmed.prefix { $0 == trimmed.first }
            let isFence = mark.count >= 3 && (mark.first == "`" || mark.first == "~")
            if let begun = open {
                let rest = trimmed.dropFirst(mark.count)
                if isFence, mark.first == begun.mark.first, mark.count >= begun.mark.count,
                    rest.allSatisfy(\.isWhitespace)
                {
                    found.append(Fence(language: begun.language, content: begun.lines.joined(separator: "\n")))
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            } else if isFence {
                let name = trimmed.dropFirst(mark.count).prefix { !$0.isWhitespace }
                open = (mark, name.lowercased(), [])
            }
        }
        // One that is not closed lasts to the end.
        if let open { found.append(Fence(language: open.language, content: open.lines.joined(separator: "\n"))) }
        return found
    }

    /// What stands below a heading, up to the next one of the same or a higher rank.
    func section(_ title: String) -> String? {
        let wanted = Self.plain(title)
        var rank: Int?
        var lines: [Substring] = []
        var isInFence = false
        for line in body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.hasPrefix("```") || line.hasPrefix("~~~") { isInFence.toggle() }
            if !isInFence, let heading = Self.heading(line) {
                if let rank, heading.rank <= rank { break }
                if rank == nil, Self.plain(heading.text) == wanted {
                    rank = heading.rank
                    continue
                }
            }
            if rank != nil { lines.append(line) }
        }
        return rank.map { _ in lines.joined(separator: "\n").trimmingCharacters(in: .newlines) }
    }

    /// A heading: `## Title`, or a line of nothing but bold text, as models write them.
    private static func heading(_ line: Substring) -> (rank: Int, text: String)? {
        let marks = line.prefix { $0 == "#" }
        if (1...6).contains(marks.count), line.dropFirst(marks.count).first == " " {
            return (marks.count, String(line.dropFirst(marks.count)))
        }
        let text = line.trimmingCharacters(in: .whitespaces)
        guard text.count > 4, text.hasPrefix("**"), text.hasSuffix("**") || text.hasSuffix("**:") else { return nil }
        return (7, text)
    }

    private static func plain(_ text: String) -> String {
        text.trimmingCharacters(in: CharacterSet(charactersIn: " \t#*:_")).lowercased()
    }
}
