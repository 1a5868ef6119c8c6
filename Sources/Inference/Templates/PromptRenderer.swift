/// Renders a conversation so that the control tokens of the template take effect and those inside the messages do not.
///
/// A document that holds `<|im_end|>` must not end its turn. Where messages hold such text, they are rendered a second
/// time with marks around what is theirs; the marks tell which control tokens the template itself wrote. Each stretch
/// between two of those in which the messages' text looks like a control token is then a piece of its own, to be
/// tokenized as plain text. All other prompts are one piece.
package struct PromptRenderer: Sendable {
    /// Turns messages into the prompt's text.
    package typealias Rendering = ([ChatMessage]) throws(EngineError) -> String

    private let specials: SpecialTexts

    package init(specials: SpecialTexts) {
        self.specials = specials
    }

    package func render(_ messages: [ChatMessage], _ rendering: Rendering) throws(EngineError) -> RenderedPrompt {
        let text = try rendering(messages)
        guard messages.contains(where: { specials.isTouched(by: $0.content) }) else {
            return RenderedPrompt(pieces: [.init(text: text, hasControlTokens: true)])
        }
        guard let marks = Marks(absentFrom: [text] + messages.map(\.content)) else {
            throw EngineError(
                .invalidRequest, "A message holds all characters of Unicode's private use planes; remove some.")
        }
        // Around the whole message, if the template passes it on as it is; else around each control token in it.
        for marking in [marks.aroundContent, marks.aroundOccurrences(of: specials)] {
            let marked = messages.map { ChatMessage(role: $0.role, content: marking($0.content)) }
            if let rendered = try? rendering(marked), let found = marks.resolve(rendered),
                found.text == Array(text.utf8)
            {
                return split(found.text, protected: found.ranges)
            }
        }
        // The template changes the text between its marks: give it stand-ins that it has no reason to look into.
        var standIns = StandIns(marks: marks, specials: specials)
        let replaced = messages.map { ChatMessage(role: $0.role, content: standIns.replace($0.content)) }
        let found = standIns.restore(try rendering(replaced))
        return split(found.text, protected: found.ranges)
    }

    /// Cuts the text at the template's own control tokens, where a stretch between them needs it.
    private func split(_ bytes: [UInt8], protected: [Range<Int>]) -> RenderedPrompt {
        var own: [Range<Int>] = []
        var gapStart = 0
        for range in protected + [bytes.count..<bytes.count] {
            if gapStart < range.lowerBound { own += specials.occurrences(in: bytes, gapStart..<range.lowerBound) }
            gapStart = max(gapStart, range.upperBound)
        }
        var pieces: [RenderedPrompt.Piece] = []
        func append(_ range: Range<Int>, hasControlTokens: Bool) {
            guard !range.isEmpty else { return }
            let text = String(decoding: bytes[range], as: UTF8.self)
            if hasControlTokens, let last = pieces.indices.last, pieces[last].hasControlTokens {
                pieces[last].text += text
            } else {
                pieces.append(.init(text: text, hasControlTokens: hasControlTokens))
            }
        }
        var stretchStart = 0
        for token in own + [bytes.count..<bytes.count] {
            let stretch = stretchStart..<token.lowerBound
            append(stretch, hasControlTokens: specials.occurrences(in: bytes, stretch).isEmpty)
            append(token, hasControlTokens: true)
            stretchStart = token.upperBound
        }
        return RenderedPrompt(pieces: pieces)
    }
}
