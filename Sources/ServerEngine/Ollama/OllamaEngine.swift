package import Inference
import Jinja
package import LocalNetwork
import OrderedCollections

/// An Ollama server, by its own API.
package struct OllamaEngine: ServerEngine {
    private let connection: ServerConnection
    private let models: OllamaModels

    package init(_ settings: ServerSettings) {
        connection = ServerConnection(settings)
        models = OllamaModels(connection: connection)
    }

    package var name: String { connection.settings.name }
    package var url: ServerURL { connection.settings.url }
    package var origin: String { url.server }

    package func models() async throws(EngineError) -> [ModelDescription] {
        try await connection.typed { try await models.all() }
    }

    package func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        try await connection.typed { try await models.describe(model) }
    }

    package func status() async throws(EngineError) -> ServerStatus {
        try await connection.typed {
            let addresses = try await connection.addresses()
            let version = try await connection.demand("/api/version".behind(url)).member("version")?.string
            return ServerStatus(
                product: "Ollama" + (version.map { " \($0)" } ?? ""), models: try await models.all(),
                addresses: addresses)
        }
    }

    /// The server shows neither its template's text nor its tokens: the messages, and a guess of their length.
    package func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        try await connection.typed {
            let model = try await models.describe(request.model)
            try request.check(model.reference, can: model.capabilities)
            let room = PromptRoom(request.messages, context: request.context)
            try room.check(model.reference)
            return PromptPreview(conversation: request.messages, tokens: room.likely)
        }
    }

    package func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        throw connection.noTokens
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        try await connection.typed {
            let found = try await models.describe(model)
            let reply = try await connection.demand(
                "/api/embed".behind(url),
                [
                    "model": .string(connection.settings.served(found.name)),
                    "input": .list(texts.map { .string($0) }), "truncate": false,
                ], takesTime: true)
            let vectors = try Embeddings.vectors(reply.member("embeddings")?.list, count: texts.count, connection)
            return Embeddings(
                vectors: vectors, model: ModelIdentity(reference: found.reference, digest: found.digest),
                promptTokens: reply.member("prompt_eval_count")?.count ?? 0)
        }
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        GenerationStream.made { send in
            let call = OllamaCall(request: request, connection: connection, models: models)
            send(.finished(try await call.perform(send)))
        }
    }

    package func shutdown() async { await connection.close() }
}
