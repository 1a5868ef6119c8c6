/// Why a generation ended without an error.
package enum FinishReason: String, Sendable, Hashable, Codable {
    /// The model said that it is done, or a stop text was reached.
    case stop
    /// The cap on tokens or the end of the context was reached: the answer is cut.
    case length
}

/// A finished model call, with all that the history keeps of it.
package struct GenerationResult: Sendable, Hashable {
    /// The whole answer; its parts were streamed before.
    package var text: String
    /// What the model thought before it answered; empty where it did not, or does not tell.
    package var reasoning: String
    package var finishReason: FinishReason
    /// What exactly was evaluated: the prompt after the chat template. `nil` where a server does not tell.
    package var renderedPrompt: String?
    package var model: ModelIdentity
    /// The seed that was used, drawn by the engine where the request had none; `nil` for greedy decoding.
    package var seed: UInt32?
    /// The length of the evaluated prompt; estimated where a server does not tell.
    package var promptTokens: Int
    /// The length of the answer with what the model thought; counted by its pieces where a server does not tell.
    package var generatedTokens: Int
    /// The context in tokens that the model had, where it is known.
    package var context: Int?
    package var timings: GenerationTimings
    /// `nil` where the engine does not tell.
    package var work: DecodingWork?

    package init(
        text: String, reasoning: String = "", finishReason: FinishReason, renderedPrompt: String?,
        model: ModelIdentity, seed: UInt32?, promptTokens: Int, generatedTokens: Int, context: Int? = nil,
        timings: GenerationTimings, work: DecodingWork? = nil
    ) {
        self.text = text
        self.reasoning = reasoning
        self.finishReason = finishReason
        self.renderedPrompt = renderedPrompt
        self.model = model
        self.seed = seed
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
        self.context = context
        self.timings = timings
        self.work = work
    }
}

/// Where a model call's time went, in wall-clock time.
package struct GenerationTimings: Sendable, Hashable {
    /// Waiting for the engine's turn.
    package var wait: Duration
    /// Loading the model; zero when it was loaded already.
    package var load: Duration
    /// Evaluating the prompt, up to the first token.
    package var prompt: Duration
    /// From the first token to the last.
    package var generation: Duration

    package init(
        wait: Duration = .zero, load: Duration = .zero, prompt: Duration = .zero, generation: Duration = .zero
    ) {
        self.wait = wait
        self.load = load
        self.prompt = prompt
        self.generation = generation
    }
}

/// Which weights answered, so that a run can be told from one with another model of the same name.
package struct ModelIdentity: Sendable, Hashable, Codable {
    /// `ENGINE/NAME` as a person would write it.
    package var reference: String
    /// `sha256:` and 64 hexadecimal digits, where the engine knows it.
    package var digest: String?

    package init(reference: String, digest: String?) {
        self.reference = reference
        self.digest = digest
    }
}
