package import Inference
import Jinja
package import LocalNetwork
import OrderedCollections

/// A server that speaks OpenAI's protocol: LM Studio, llama-server, vLLM and others.
package struct OpenAIEngine: ServerEngine {
    private let connection: ServerConnection
    private let models: OpenAIModels

    package init(_ settings: ServerSettings) {
        connection = ServerConnection(settings)
        models = OpenAIModels(connection: connection)
    }

    package var name: String { connection.settings.name }
    package var url: ServerURL { connection.settings.url }
    package var origin: String { url.server }

    package func models() async throws(EngineError) -> [ModelDescription] {
        try await connection.typed { try await models.all() }
    }

    package func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        try await connection.typed { try await models.find(model).description }
    }

    package func status() async throws(EngineError) -> ServerStatus {
        try await connection.typed {
            let addresses = try await connection.addresses()
            let all = try await models.all()
            return ServerStatus(product: try await models.product().title, models: all, addresses: addresses)
        }
    }

    package func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        try await connection.typed {
            let model = try await models.find(request.model)
            try request.check(model.description.reference, can: model.capabilities, takesGrammars: model.takesGrammars)
            let call = OpenAICall(request: request, model: model, connection: connection, models: models)
            let prompt = try await call.renderedPrompt()
            let counted: Int? = if let prompt { try await tokens(of: prompt, model)?.count } else { nil }
            let room = PromptRoom(request.messages, context: model.context, counted: counted)
            try room.check(model.description.reference)
            guard let prompt, let counted else {
                return PromptPreview(conversation: request.messages, tokens: room.likely)
            }
            return PromptPreview(text: prompt, tokens: counted)
        }
    }

    package func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        try await connection.typed {
            let found = try await models.find(model)
            guard let lengths = try await tokens(of: text, found) else { throw connection.noTokens }
            return lengths
        }
    }

    /// The lengths of a text's tokens in bytes, by llama-server's tokenizer; `nil` for other servers.
    private func tokens(of text: String, _ model: OpenAIModels.Known) async throws -> [Int]? {
        guard case .llamaServer = model.product else { return nil }
        let reply = try await connection.demand(
            connection.root("/tokenize"),
            ["content": .string(text), "add_special": false, "parse_special": true, "with_pieces": true])
        return reply.member("tokens")?.list?.map { token in
            // A piece that is no text by itself comes as a list of its bytes.
            let piece = token.member("piece")
            return piece?.string?.utf8.count ?? piece?.list?.count ?? 0
        }
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        try await connection.typed {
            let found = try await models.find(model)
            let reply = try await connection.demand(
                "/embeddings".behind(url),
                [
                    "model": .string(found.served), "input": .list(texts.map { .string($0) }),
                    "encoding_format": "float",
                ], takesTime: true)
            // The protocol numbers the vectors; their order is not promised.
            let entries = (reply.member("data")?.list ?? []).sorted {
                ($0.member("index")?.integer ?? 0) < ($1.member("index")?.integer ?? 0)
            }
            let vectors = try Embeddings.vectors(
                entries.map { $0.member("embedding") ?? .null }, count: texts.count, connection)
            return Embeddings(
                vectors: vectors, model: ModelIdentity(reference: found.description.reference, digest: nil),
                promptTokens: reply.member("usage")?.member("prompt_tokens")?.count ?? 0)
        }
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        GenerationStream.made { send in
            let model = try await connection.waitingForModel(send) { try await models.find(request.model) }
            let call = OpenAICall(request: request, model: model, connection: connection, models: models)
            send(.finished(try await call.perform(send)))
        }
    }

    package func shutdown() async { await connection.close() }
}
