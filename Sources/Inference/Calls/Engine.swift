/// Something that answers model calls: the in-process engine, a server, a pool of servers.
///
/// An engine takes any number of concurrent callers and decides itself how many it serves at once. Ending the
/// iteration of a stream, or cancelling the task that iterates it, ends the generation at once and frees what it held.
package protocol Engine: Sendable {
    /// The name in `ENGINE/NAME`.
    var name: String { get }

    /// Where its models are, for people: a server's address, or the engine's name.
    var origin: String { get }

    /// The models that can be asked for, without loading any.
    func models() async throws(EngineError) -> [ModelDescription]

    /// What a model is and can do, without loading it where that is possible.
    func describe(_ model: String) async throws(EngineError) -> ModelDescription

    /// Which weights are behind a name now. A digest that is not known yet is computed, for which a whole file may
    /// have to be read; without a digest where the engine cannot tell.
    func identity(of model: String) async throws(EngineError) -> ModelIdentity

    /// The same for a request, whose adapters and chat template count too where the engine uses them.
    func identity(for request: GenerationRequest) async throws(EngineError) -> ModelIdentity

    /// A vector for each text, in order.
    ///
    /// - Throws: ``EngineError`` with code `invalid_request` where the engine or the model makes none.
    func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings

    /// The exact text that would be evaluated, and its length in tokens, without generating.
    func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview

    /// The lengths of a text's tokens in UTF-8 bytes, in order; a token may end inside a character.
    ///
    /// - Throws: ``EngineError`` with code `invalid_request` where the engine cannot tell.
    func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int]

    /// Starts a generation.
    func generate(_ request: GenerationRequest) -> GenerationStream

    /// Ends what is running and frees the models; calls after it fail.
    func shutdown() async
}

extension Engine {
    package var origin: String { name }

    package func identity(of model: String) async throws(EngineError) -> ModelIdentity {
        let found = try await describe(model)
        return ModelIdentity(reference: found.reference, digest: found.digest)
    }

    package func identity(for request: GenerationRequest) async throws(EngineError) -> ModelIdentity {
        try await identity(of: request.model)
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        throw EngineError(
            .invalidRequest,
            "The engine `\(name)` makes no embeddings: name a model of an Ollama or OpenAI-compatible server.")
    }
}

/// Texts as vectors.
package struct Embeddings: Sendable, Hashable {
    /// One for each text, of the same length.
    package var vectors: [[Double]]
    package var model: ModelIdentity
    package var promptTokens: Int

    package init(vectors: [[Double]], model: ModelIdentity, promptTokens: Int) {
        self.vectors = vectors
        self.model = model
        self.promptTokens = promptTokens
    }
}

/// What happens during a model call, in order.
package enum GenerationEvent: Sendable, Hashable {
    /// The call waits for its turn, for this reason: a sentence without a full stop.
    case waiting(String)
    /// A member of a pool could not answer, and another one is asked.
    case passedOver(PassedOver)
    /// The model is being loaded; from 0 to 1.
    case loading(progress: Double)
    /// The call has its turn: the prompt is being evaluated.
    case evaluating
    /// The prompt is evaluated and the first token comes next.
    case started(promptTokens: Int)
    /// The next part of what the model thinks before it answers.
    case reasoning(String, generatedTokens: Int)
    /// The next part of the answer: whole characters, never half a UTF-8 sequence; may hold several tokens.
    case text(String, generatedTokens: Int)
    case finished(GenerationResult)
}

/// An engine or a model that was asked and could not answer.
package struct PassedOver: Sendable, Hashable {
    /// `ENGINE/NAME`.
    package var model: String
    package var error: EngineError

    package init(model: String, error: EngineError) {
        self.model = model
        self.error = error
    }
}

extension EngineError {
    /// One error for all who were asked in vain, with the reason of each; `nil` where nobody was.
    ///
    /// - Parameter summary: what that means, as a sentence with its full stop.
    package init?(_ summary: String, _ failures: [PassedOver]) {
        // Whether trying again may help, those decide who may be well by then.
        guard let telling = failures.last(where: { $0.error.isPassing }) ?? failures.last else { return nil }
        let reasons = failures.map { "\($0.model): \($0.error.message)" }.joined(separator: " ")
        self.init(telling.error.code, "\(summary) \(reasons)", retryAfter: telling.error.retryAfter)
    }
}

/// A prompt as the model would see it.
package struct PromptPreview: Sendable, Hashable {
    package var text: String
    package var tokens: Int
    /// Whether the text is what the model's template makes of the messages, and the tokens are counted; else the text
    /// is the conversation, and the tokens are a guess.
    package var isExact: Bool

    package init(text: String, tokens: Int, isExact: Bool = true) {
        self.text = text
        self.tokens = tokens
        self.isExact = isExact
    }
}
