import CLlama
import Foundation
import Inference
import Logging

/// A prompt as it will be evaluated.
struct EncodedPrompt: Sendable {
    var text: String
    var tokens: [llama_token]
    /// Parts what the model will think from its answer; `nil` for a model that does not think.
    var splitter: ThinkingSplitter?
    /// The control tokens that tell thoughts and answer apart.
    var thinkingTokens: Set<llama_token> = []
    /// Answers end here too.
    var stops: [String] = []
    /// The prompt with its pictures, whose tokens only a projector knows; empty for one without any.
    var parts: [PicturePart] = []
}

/// Turns conversations into tokens, by the model's own chat template.
struct PromptEncoder: Sendable {
    private let model: LlamaModel
    private let reference: String
    private var template: ModelTemplate
    private let context: ChatTemplate.Context
    private let renderer: PromptRenderer
    /// Empty for a model that does not think.
    private var thinkingTags: [String] = []
    private var thinkingTokens: Set<llama_token> = []
    /// Where the model's store says that answers end.
    private let stops: [String]

    init(
        _ model: LlamaModel, file: ModelFile, now: @escaping @Sendable () -> Date, logger: Logger
    ) throws(EngineError) {
        self.model = model
        reference = file.reference
        let vocabulary = model.vocabulary
        context = ChatTemplate.Context(bosToken: vocabulary.beginText, eosToken: vocabulary.endText, now: now)
        renderer = PromptRenderer(specials: vocabulary.controlTexts())
        template = try ModelTemplate(file, logger: logger)
        stops = file.layers.stops
        try findThinkingTags()
    }

    private mutating func findThinkingTags() throws(EngineError) {
        thinkingTags = ThinkingTags.known(to: template.source)
        thinkingTokens = []
        for tag in thinkingTags {
            let tokens = try model.vocabulary.tokenize(tag, hasControlTokens: true)
            if tokens.count == 1, model.vocabulary.isControl(tokens[0]) { thinkingTokens.insert(tokens[0]) }
        }
    }

    /// The same with another template, where there is one.
    func with(template: ModelTemplate?) throws(EngineError) -> PromptEncoder {
        guard let template else { return self }
        var encoder = self
        encoder.template = template
        try encoder.findThinkingTags()
        return encoder
    }

    /// The lengths of a text's tokens in UTF-8 bytes.
    func tokenLengths(of text: String) throws(EngineError) -> [Int] {
        let vocabulary = model.vocabulary
        var lengths = try vocabulary.tokenize(text, hasControlTokens: false).map { vocabulary.bytes($0).count }
        // SentencePiece models put a space before every text, which is not in it.
        if let first = lengths.first, first > 0, lengths.reduce(0, +) == text.utf8.count + 1 { lengths[0] = first - 1 }
        return lengths
    }

    /// What a prompt needs at its end so that the model thinks, or does not, where its template leaves that open.
    private func thought(behind text: String, _ thinking: Thinking?, isHeld: Bool) -> String {
        switch (thinking, ThinkingTags.closer(behind: text)) {
        case (.off, let closer?): "\n\(closer)\n\n"
        // The form begins behind the thought, so there has to be one.
        case (.on, nil), (.low, nil), (.medium, nil), (.high, nil):
            isHeld && thinkingTags.count == 2 ? "\(thinkingTags[0])\n" : ""
        default: ""
        }
    }

    func encode(_ request: GenerationRequest) throws(EngineError) -> EncodedPrompt {
        var context = context
        // An answer that is held to a form from its first token on has no room for thoughts, unless they are asked for.
        let isHeld = request.grammarChoice != nil
        context.thinking = request.thinking ?? (isHeld && !thinkingTags.isEmpty ? .off : nil)
        if let thinking = request.thinking, thinking != .off, thinkingTags.isEmpty {
            throw EngineError(
                .invalidRequest, "\(reference) does not think: leave `think` out, or take a model that does.")
        }
        let pictures = request.messages.flatMap(\.images)
        let rendered = try renderer.render(try marked(request.messages)) { messages throws(EngineError) in
            let text = try template.render(messages, context: context, model: reference)
            return text + thought(behind: text, context.thinking, isHeld: isHeld)
        }
        var parts = pictures.isEmpty ? [] : Self.parts(of: rendered, pictures)
        var text = rendered.text
        for picture in pictures { text.replace(Self.pictureMark, with: "[\(picture.name)]", maxReplacements: 1) }
        var tokens: [llama_token] = []
        for piece in rendered.pieces {
            tokens += try model.vocabulary.tokenize(piece.text, hasControlTokens: piece.hasControlTokens)
        }
        // Many templates write the token that begins a text, others leave it to the tokenizer: it is there once.
        if let leading = model.vocabulary.leadingToken, tokens.first != leading {
            tokens.insert(leading, at: 0)
            text = model.vocabulary.text(leading) + text
            if !parts.isEmpty { parts.insert(.text(model.vocabulary.text(leading), hasControlTokens: true), at: 0) }
        }
        guard !tokens.isEmpty else {
            throw EngineError(.invalidRequest, "The prompt for \(reference) is empty: give it at least one message.")
        }
        let splitter = ThinkingSplitter(startsInThinking: ThinkingTags.closer(behind: text) != nil)
        return EncodedPrompt(
            text: text, tokens: tokens, splitter: thinkingTags.isEmpty ? nil : splitter, thinkingTokens: thinkingTokens,
            stops: stops, parts: parts)
    }

    // MARK: Pictures

    /// Stands for a picture while a prompt is written: a character for private use.
    private static let pictureMark = "\u{100000}"

    /// Messages with marks for their pictures, which stand before the text.
    private func marked(_ messages: [ChatMessage]) throws(EngineError) -> [ChatMessage] {
        guard messages.contains(where: { !$0.images.isEmpty }) else { return messages }
        guard !messages.contains(where: { $0.content.contains(Self.pictureMark) }) else {
            throw EngineError(.invalidRequest, "A message with pictures holds the character U+100000; remove it.")
        }
        return messages.map { message in
            var message = message
            let marks = String(repeating: Self.pictureMark, count: message.images.count)
            if !marks.isEmpty { message.content = marks + "\n" + message.content }
            message.images = []
            return message
        }
    }

    private static func parts(of rendered: RenderedPrompt, _ pictures: [ImageAttachment]) -> [PicturePart] {
        var pictures = pictures[...]
        var parts: [PicturePart] = []
        for piece in rendered.pieces {
            let texts = piece.text.split(separator: pictureMark, omittingEmptySubsequences: false)
            for (index, text) in texts.enumerated() {
                if index > 0, let picture = pictures.popFirst() { parts.append(.picture(picture)) }
                if !text.isEmpty { parts.append(.text(String(text), hasControlTokens: piece.hasControlTokens)) }
            }
        }
        return parts
    }
}
