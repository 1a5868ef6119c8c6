import CLlama
import Foundation
import Inference
import Logging

/// The chat template by which a model's prompts are written.
enum ModelTemplate: Sendable {
    /// The model's own.
    case own(ChatTemplate, source: String)
    /// The one that Ollama keeps beside a model that has none of its own.
    case ollama(OllamaTemplate)
    /// The model's own, which our Jinja cannot read: libllama recognises it by its source.
    case builtIn(source: String)

    init(_ file: ModelFile, logger: Logger) throws(EngineError) {
        guard let source = file.metadata.chatTemplate, !source.isEmpty else {
            self = try Self.substitute(file, logger)
            return
        }
        do {
            self = .own(try ChatTemplate(source, model: file.reference), source: source)
        } catch {
            guard BuiltInTemplate.knows(source) else { throw error }
            logger.warning("\(error.message) Until then the nearest template of libllama's own is used.")
            self = .builtIn(source: source)
        }
    }

    private static func substitute(_ file: ModelFile, _ logger: Logger) throws(EngineError) -> ModelTemplate {
        if let path = file.layers.template, let data = FileManager.default.contents(atPath: path) {
            return .ollama(try OllamaTemplate(String(decoding: data, as: UTF8.self), model: file.reference))
        }
        logger.warning("\(file.reference) has no chat template; its prompts are written as ChatML")
        let source = ChatTemplate.chatMLSource
        return .own(try ChatTemplate(source, model: file.reference), source: source)
    }

    var source: String {
        switch self {
        case .own(_, let source), .builtIn(let source): source
        case .ollama(let template): template.source
        }
    }

    func render(
        _ messages: [ChatMessage], context: ChatTemplate.Context, model: String
    ) throws(EngineError) -> String {
        switch self {
        case .own(let template, _): try template.render(messages, context: context, model: model)
        case .ollama(let template): try template.render(messages, thinking: context.thinking, now: context.now())
        case .builtIn(let source): try BuiltInTemplate.render(messages, source: source, model: model)
        }
    }
}

/// The templates that libllama knows by heart and recognises by their source.
private enum BuiltInTemplate {
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
