import Foundation
import Inference
import Jinja
import OrderedCollections

/// The body of a chat request, in the form that a product takes.
struct OpenAIRequest {
    private let request: GenerationRequest
    private let model: OpenAIModels.Known
    private let seed: UInt32?
    private let room: PromptRoom

    init(_ request: GenerationRequest, _ model: OpenAIModels.Known, seed: UInt32?, room: PromptRoom) {
        self.request = request
        self.model = model
        self.seed = seed
        self.room = room
    }

    /// vLLM refuses a prompt whose answer might not fit; elsewhere an answer just ends with the context.
    private var maxTokens: Int {
        guard case .vllm = model.product, let context = room.context else { return request.maxTokens }
        return max(1, min(request.maxTokens, context - room.likely))
    }

    func body() throws(EngineError) -> Value {
        var body: Mapping = [
            "model": .string(model.served), "messages": Self.messages(request.messages), "stream": true,
            "stream_options": ["include_usage": true], "max_tokens": .integer(maxTokens),
            "temperature": .number(request.sampler.temperature), "top_p": .number(request.sampler.topP ?? 1),
        ]
        if let seed { body["seed"] = .integer(Int(seed)) }
        if !request.stop.isEmpty { body["stop"] = .list(request.stop.map { .string($0) }) }
        if let grammar = request.grammar {
            body["grammar"] = .string(grammar)
        } else if let schema = request.schemaForServers {
            body["response_format"] = responseFormat(schema)
        }
        addSampler(to: &body)
        try addThinking(to: &body)
        return .mapping(body)
    }

    private func responseFormat(_ schema: Value) -> Value {
        switch model.product {
        case .llamaCppPython: ["type": "json_object", "schema": schema]
        case .llamaServer, .lmStudio, .vllm, .other:
            ["type": "json_schema", "json_schema": ["name": "answer", "strict": true, "schema": schema]]
        }
    }

    /// Settings that are not in the protocol, under the names of those who take them.
    private func addSampler(to body: inout Mapping) {
        let sampler = request.sampler
        switch model.product {
        case .llamaServer, .lmStudio, .llamaCppPython:
            body["top_k"] = .integer(sampler.topK ?? 0)
            body["min_p"] = .number(sampler.minP ?? 0)
            body["repeat_penalty"] = .number(sampler.repeatPenalty ?? 1)
        case .vllm:
            body["top_k"] = .integer(sampler.topK ?? -1)
            body["min_p"] = .number(sampler.minP ?? 0)
            body["repetition_penalty"] = .number(sampler.repeatPenalty ?? 1)
        case .other: break
        }
    }

    private func addThinking(to body: inout Mapping) throws(EngineError) {
        guard let thinking = request.thinking else { return }
        switch (thinking, model.product) {
        case (.low, let product), (.medium, let product), (.high, let product):
            body["reasoning_effort"] = .string(thinking.rawValue)
            // Its template takes it; servers from before August 2026 do not pass it on by themselves.
            if case .llamaServer = product {
                body["chat_template_kwargs"] = ["reasoning_effort": .string(thinking.rawValue)]
            }
        case (_, .llamaServer), (_, .vllm):
            body["chat_template_kwargs"] = ["enable_thinking": .boolean(thinking == .on)]
        case (_, .lmStudio), (_, .llamaCppPython), (_, .other):
            throw EngineError(
                .invalidRequest,
                "\(model.product.title) takes no `think: \(thinking == .on)`: set it in the server, or leave `think` out."
            )
        }
    }

    static func messages(_ messages: [ChatMessage]) -> Value {
        .list(
            messages.map { message in
                ["role": .string(message.role.rawValue), "content": content(of: message)]
            })
    }

    private static func content(of message: ChatMessage) -> Value {
        guard !message.images.isEmpty else { return .string(message.content) }
        let pictures = message.images.map { image -> Value in
            let url = "data:\(image.kind.rawValue);base64,\(image.data.base64EncodedString())"
            return ["type": "image_url", "image_url": ["url": .string(url)]]
        }
        return .list([["type": "text", "text": .string(message.content)]] + pictures)
    }
}
