/// A model call that is about to begin.
package struct NewCall: Sendable, Hashable {
    /// The engine's name in the configuration.
    package var engine: String
    /// The model, as `ENGINE/NAME`.
    package var model: String
    /// The conversation before the chat template, as JSON.
    package var messages: String
    /// The sampler's settings, as JSON.
    package var sampler: String
    package var maxTokens: Int?
    /// The JSON Schema that the answer must follow.
    package var schema: String?
    /// Of all that is asked: two calls of one digest ask the same.
    package var digest: String?

    package init(
        engine: String, model: String, messages: String, sampler: String, maxTokens: Int? = nil,
        schema: String? = nil, digest: String? = nil
    ) {
        self.engine = engine
        self.model = model
        self.messages = messages
        self.sampler = sampler
        self.maxTokens = maxTokens
        self.schema = schema
        self.digest = digest
    }
}

/// What came of a model call; of a failed one, as much as is known.
package struct CallResult: Sendable, Hashable {
    package var response: String?
    /// What the model thought before it answered.
    package var reasoning: String?
    /// What exactly was evaluated, where the engine tells.
    package var renderedPrompt: String?
    /// The model that answered, where it is another than was asked for.
    package var model: String?
    /// Of the weights that answered.
    package var digest: String?
    package var seed: UInt32?
    package var promptTokens: Int?
    package var generatedTokens: Int?
    package var seconds: CallSeconds?
    package var finishReason: String?
    /// The context in tokens that the model had.
    package var context: Int?
    /// The members of a pool that could not answer before this one did, as JSON.
    package var passedOver: String?
    package var work: CallWork?

    package init(
        response: String? = nil, reasoning: String? = nil, renderedPrompt: String? = nil, model: String? = nil,
        digest: String? = nil,
        seed: UInt32? = nil, promptTokens: Int? = nil, generatedTokens: Int? = nil, seconds: CallSeconds? = nil,
        finishReason: String? = nil, context: Int? = nil, passedOver: String? = nil, work: CallWork? = nil
    ) {
        self.response = response
        self.reasoning = reasoning
        self.renderedPrompt = renderedPrompt
        self.model = model
        self.digest = digest
        self.seed = seed
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
        self.seconds = seconds
        self.finishReason = finishReason
        self.context = context
        self.passedOver = passedOver
        self.work = work
    }
}

/// What a model call has cost in tokens and decode calls.
package struct CallWork: Sendable, Hashable {
    /// Tokens of the prompt that were evaluated, also again.
    package var evaluated: Int
    /// Tokens of the prompt that were in the engine's cache already.
    package var reused: Int
    /// The decode calls that gave tokens of the answer.
    package var steps: Int
    /// Tokens that were guessed and evaluated beside.
    package var drafted: Int
    /// The guesses that were right.
    package var accepted: Int
    /// Tokens of the answer that had to come, by schema or grammar.
    package var forced: Int

    package init(evaluated: Int, reused: Int, steps: Int, drafted: Int, accepted: Int, forced: Int) {
        self.evaluated = evaluated
        self.reused = reused
        self.steps = steps
        self.drafted = drafted
        self.accepted = accepted
        self.forced = forced
    }
}

/// Where a model call's time went, in seconds.
package struct CallSeconds: Sendable, Hashable, Codable {
    /// Waiting for the engine's turn.
    package var wait: Double
    /// Loading the model; 0 when it was loaded already.
    package var load: Double
    /// Evaluating the prompt, up to the first token.
    package var prompt: Double
    /// From the first token to the last.
    package var generation: Double

    package init(wait: Double = 0, load: Double = 0, prompt: Double = 0, generation: Double = 0) {
        self.wait = wait
        self.load = load
        self.prompt = prompt
        self.generation = generation
    }
}
