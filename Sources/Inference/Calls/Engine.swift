/// Something that answers model calls: the in-process engine, a server, a pool of servers.
///
/// An engine takes any number of concurrent callers and decides itself how many it serves at once. Ending the
/// iteration of a stream, or cancelling the task that iterates it, ends the generation at once and frees what it held.
package protocol Engine: Sendable {
    /// The name in `ENGINE/NAME`.
    var name: String { get }

    /// The models that can be asked for, without loading any.
    func models() async throws(EngineError) -> [ModelDescription]

    /// What a model is and can do, without loading it where that is possible.
    func describe(_ model: String) async throws(EngineError) -> ModelDescription

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

/// What happens during a model call, in order.
package enum GenerationEvent: Sendable, Hashable {
    /// The model is being loaded; from 0 to 1.
    case loading(progress: Double)
    /// The prompt is evaluated and the first token comes next.
    case started(promptTokens: Int)
    /// The next part of the answer: whole characters, never half a UTF-8 sequence; may hold several tokens.
    case text(String, generatedTokens: Int)
    case finished(GenerationResult)
}

/// A prompt as the model would see it.
package struct PromptPreview: Sendable, Hashable {
    package var text: String
    package var tokens: Int

    package init(text: String, tokens: Int) {
        self.text = text
        self.tokens = tokens
    }
}
