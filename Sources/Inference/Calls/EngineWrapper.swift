/// An engine around another one, which does most things as that one does.
package protocol EngineWrapper: Engine {
    var base: any Engine { get }
}

extension EngineWrapper {
    package var name: String { base.name }
    package var origin: String { base.origin }

    package func models() async throws(EngineError) -> [ModelDescription] { try await base.models() }

    package func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        try await base.describe(model)
    }

    package func identity(of model: String) async throws(EngineError) -> ModelIdentity {
        try await base.identity(of: model)
    }

    package func identity(for request: GenerationRequest) async throws(EngineError) -> ModelIdentity {
        try await base.identity(for: request)
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        try await base.embed(texts, model: model)
    }

    package func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        try await base.preview(request)
    }

    package func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        try await base.tokenLengths(of: text, model: model)
    }

    package func shutdown() async { await base.shutdown() }
}
