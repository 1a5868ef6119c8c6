/// Parts a model's text, as it arrives, into what the model thought before its answer and the answer.
///
/// Models think in a block at the very beginning of what they say: between `<think>`, `<thinking>` or `<reasoning>` and
/// its closing tag, between `[THINK]` and `[/THINK]`, or in messages on channels other than `final`, as gpt-oss does.
/// A block that is never closed is thought to its end. What an answer says about such tags later on is left as it is.
///
/// White space around the tags belongs to neither part. Text is held back only as long as it may be white space before a
/// tag, or the beginning of one.
package struct ThinkingSplitter: Sendable {
    /// What a piece of text added to each part.
    package struct Parts: Sendable, Hashable {
        package var reasoning: String
        package var answer: String

        package init(reasoning: String = "", answer: String = "") {
            self.reasoning = reasoning
            self.answer = answer
        }
    }

    private enum State {
        /// Before the first word: a tag may come.
        case opening(Part)
        /// Behind a tag: white space is dropped.
        case blank(Part)
        case thinking
        case answer
        /// gpt-oss: from the end of a message to the text of the next.
        case header
        /// gpt-oss: the text of a message.
        case message(Part)
    }

    private enum Part {
        case reasoning
        case answer
    }

    private var state: State
    /// How the block at hand may be closed.
    private var closers = ThinkingTags.closers
    /// UTF-8 that is not given out yet. Tags are ASCII, so a cut beside one never parts a character.
    private var held: [UInt8] = []

    /// - Parameter startsInThinking: Whether the prompt ends inside a block, so that no tag opens it.
    package init(startsInThinking: Bool = false) {
        state = .opening(startsInThinking ? .reasoning : .answer)
    }

    /// Whether what comes next is thought, as far as can be told from what came.
    package var isInThought: Bool {
        switch state {
        case .opening(let part), .blank(let part): part == .reasoning
        case .thinking: true
        case .answer, .header, .message: false
        }
    }

    /// Takes the next piece of the text.
    package mutating func append(_ text: String) -> Parts {
        held += Array(text.utf8)
        var parts = Parts()
        while advance(isLast: false, &parts) {}
        return parts
    }

    /// Gives out what was held back. The text has ended.
    package mutating func finish() -> Parts {
        var parts = Parts()
        while advance(isLast: true, &parts) {}
        return parts
    }

    /// - Returns: Whether there may be more to do with what is held.
    private mutating func advance(isLast: Bool, _ parts: inout Parts) -> Bool {
        switch state {
        case .opening(let part): return open(otherwise: part, isLast: isLast, &parts)
        case .blank(let part):
            held.removeFirst(blankCount)
            guard !held.isEmpty else { return false }
            state = part == .answer ? .opening(.answer) : .thinking
            return true
        case .thinking:
            guard let end = give(until: closers, to: .reasoning, isLast: isLast, &parts) else { return false }
            // An answer may begin with one more block.
            state = end == ThinkingTags.messageEnd ? .header : .blank(.answer)
            return true
        case .answer:
            give(held.count, to: .answer, &parts)
            return false
        case .header: return readHeader(isLast: isLast, &parts)
        case .message(let part):
            guard give(until: ThinkingTags.messageEnds, to: part, isLast: isLast, &parts) != nil else { return false }
            state = .header
            return true
        }
    }

    private mutating func open(otherwise part: Part, isLast: Bool, _ parts: inout Parts) -> Bool {
        let blanks = blankCount
        let text = held[blanks...]
        if let (opener, closer) = ThinkingTags.pairs.first(where: { text.starts(with: $0.opener) }) {
            held.removeFirst(blanks + opener.count)
            closers = [closer]
            state = .blank(.reasoning)
            return true
        }
        if ThinkingTags.headerStarts.contains(where: { text.starts(with: $0) }) {
            held.removeFirst(blanks)
            state = .header
            return true
        }
        let mayBecomeTag = ThinkingTags.openers.contains { $0.starts(with: text) }
        if mayBecomeTag, !isLast { return false }
        state = part == .answer ? .answer : .thinking
        if part == .reasoning { held.removeFirst(blanks) }
        return true
    }

    /// The channel stands between `<|channel|>` and `<|message|>`; a message without one is an answer.
    private mutating func readHeader(isLast: Bool, _ parts: inout Parts) -> Bool {
        guard let start = held.firstRange(of: ThinkingTags.message) else {
            // Something else follows than a header, which is short.
            guard isLast || held.count > 256 else { return false }
            state = .message(.reasoning)
            return !held.isEmpty
        }
        let header = String(decoding: held[..<start.lowerBound], as: UTF8.self)
        let channel = header.split(separator: "<|channel|>", omittingEmptySubsequences: false).dropFirst().last
        let isAnswer = channel == nil || channel?.split(separator: " ").first == "final"
        held.removeFirst(start.upperBound)
        state = .message(isAnswer ? .answer : .reasoning)
        return true
    }

    /// Gives out what comes before the first of the tags, and drops the tag.
    ///
    /// - Returns: The tag; `nil` where there is none yet.
    private mutating func give(
        until tags: [[UInt8]], to part: Part, isLast: Bool, _ parts: inout Parts
    ) -> [UInt8]? {
        for index in held.indices where held[index] == UInt8(ascii: "<") || held[index] == UInt8(ascii: "[") {
            let rest = held[index...]
            if let tag = tags.first(where: { rest.starts(with: $0) }) {
                give(index, to: part, &parts)
                held.removeFirst(tag.count)
                return tag
            }
            if !isLast, tags.contains(where: { $0.starts(with: rest) }) {
                give(index, to: part, &parts)
                return nil
            }
        }
        give(held.count, to: part, &parts)
        return nil
    }

    private mutating func give(_ count: Int, to part: Part, _ parts: inout Parts) {
        let text = String(decoding: held.prefix(count), as: UTF8.self)
        held.removeFirst(count)
        switch part {
        case .reasoning: parts.reasoning += text
        case .answer: parts.answer += text
        }
    }

    private var blankCount: Int { held.prefix { $0 == 32 || (9...13).contains($0) }.count }
}
