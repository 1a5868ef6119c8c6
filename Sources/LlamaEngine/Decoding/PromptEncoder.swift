import CLlama
import Foundation
import Inference
import Logging

/// A prompt as it will be evaluated.
struct EncodedPrompt: Sendable {
    var text: String
    var tokens: [llama_token]
}

/// Turns conversations into tokens, by the model's own chat template.
struct PromptEncoder: Sendable {
    private let model: LlamaModel
    private let reference: String
    private let template: ChatTemplate?
    /// The template's source for libllama's built-in recognition; used where our Jinja cannot read it.
    private let builtInSource: String?
    private let context: ChatTemplate.Context
    private let renderer: PromptRenderer

    init(
        _ model: LlamaModel, file: ModelFile, now: @escaping @Sendable () -> Date, logger: Logger
    ) throws(EngineError) {
        self.model = model
        reference = file.reference
        let vocabulary = model.vocabulary
        context = ChatTemplate.Context(bosToken: vocabulary.beginText, eosToken: vocabulary.endText, now: now)
        renderer = PromptRenderer(specials: vocabulary.controlTexts())
        guard let source = file.metadata.chatTemplate, !source.isEmpty else {
            logger.warning("\(file.reference) has no chat template; its prompts are written as ChatML")
            template = try ChatTemplate(ChatTemplate.chatMLSource, model: file.reference)
            builtInSource = nil
            return
        }
        do {
            template = try ChatTemplate(source, model: file.reference)
            builtInSource = nil
        } catch {
            guard BuiltInTemplate.knows(source) else { throw error }
            logger.warning("\(error.message) Until then the nearest template of libllama's own is used.")
            template = nil
            builtInSource = source
        }
    }

    /// The lengths of a text's tokens in UTF-8 bytes.
    func tokenLengths(of text: String) throws(EngineError) -> [Int] {
        let vocabulary = model.vocabulary
        var lengths = try vocabulary.tokenize(text, hasControlTokens: false).map { vocabulary.bytes($0).count }
        // SentencePiece models put a space before every text, which is not in it.
        if let first = lengths.first, first > 0, lengths.reduce(0, +) == text.utf8.count + 1 { lengths[0] = first - 1 }
        return lengths
    }

    func encode(_ messages: [ChatMessage]) throws(EngineError) -> EncodedPrompt {
        let rendered = try renderer.render(messages) { messages throws(EngineError) in
            if let template { return try template.render(messages, context: context, model: reference) }
            return try BuiltInTemplate.render(messages, source: builtInSource ?? "", model: reference)
        }
        var text = rendered.text
        var tokens: [llama_token] = []
        for piece in rendered.pieces {
            tokens += try model.vocabulary.tokenize(piece.text, hasControlTokens: piece.hasControlTokens)
        }
        // Many templates write the token that begins a text, others leave it to the tokenizer: it is there once.
        if let leading = model.vocabulary.leadingToken, tokens.first != leading {
            tokens.insert(leading, at: 0)
            text = model.vocabulary.text(leading) + text
        }
        guard !tokens.isEmpty else {
            throw EngineError(.invalidRequest, "The prompt for \(reference) is empty: give it at least one message.")
        }
        return EncodedPrompt(text: text, tokens: tokens)
    }
}

/// The templates that libllama knows by heart and recognises by their source.
enum BuiltInTemplate {
    static func knows(_ source: String) -> Bool {
        (try? render([.user("a")], source: source, model: "")) != nil
    }

    static func render(
        _ messages: [ChatMessage], source: String, model: String
    ) throws(EngineError) -> String {
        // The strings must outlive the call, so they are copied; libllama wants C strings throughout.
        let copies = messages.map { (role: strdup($0.role.rawValue), content: strdup($0.content)) }
        defer {
            for copy in copies {
                free(copy.role)
                free(copy.content)
            }
        }
        let turns = copies.map { llama_chat_message(role: $0.role, content: $0.content) }
        var buffer = [CChar](repeating: 0, count: 1024)
        for _ in 0..<2 {
            let count = Int(
                llama_chat_apply_template(source, turns, turns.count, true, &buffer, Int32(buffer.count)))
            guard count >= 0 else { break }
            if count <= buffer.count {
                return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            buffer = [CChar](repeating: 0, count: count)
        }
        throw EngineError(.modelUnsupported, "The chat template of \(model) is not known to libllama either.")
    }
}
