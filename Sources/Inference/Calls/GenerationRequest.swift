package import Jinja

/// A LoRA adapter: a file with small changes to a model's weights.
package struct ModelAdapter: Sendable, Hashable {
    package var path: String
    /// How strongly it is added; 1 as it was trained.
    package var scale: Double

    package init(path: String, scale: Double = 1) {
        self.path = path
        self.scale = scale
    }
}

/// One model call: what to say to which model, and how it should answer.
package struct GenerationRequest: Sendable, Hashable {
    /// The model as its engine knows it: the part of a reference behind `ENGINE/`, or a path to a `.gguf`.
    package var model: String
    package var messages: [ChatMessage]
    package var sampler: SamplerSettings
    /// The cap on generated tokens; every call has one.
    package var maxTokens: Int
    /// Generation ends before the first of these texts, which is not part of the answer.
    package var stop: [String]
    /// The context length in tokens to load the model with; `nil` takes the engine's default for the model.
    package var context: Int?
    /// The JSON Schema that the answer has to follow. Engines hold the model to it where they can; whether the answer
    /// does follow it is for the caller to check.
    package var schema: Value?
    /// A grammar in GBNF that the answer has to follow, in place of a schema.
    package var grammar: String?
    /// The texts of which the answer has to be one, in place of a schema; empty for any.
    package var choices: [String] = []
    /// Whether the same model, prompt, seed and settings are to give the same answer whatever is asked beside it. Such a
    /// request is answered alone.
    package var isReproducible = false
    /// A file with a chat template in place of the model's own.
    package var chatTemplate: String?
    /// What is added to the model's weights, in order.
    package var adapters: [ModelAdapter] = []
    /// `nil` leaves it to the model.
    package var thinking: Thinking?
    /// Where the engine's own time limits do not hold.
    package var limits: CallLimits.Changes?

    package init(
        model: String, messages: [ChatMessage], sampler: SamplerSettings = SamplerSettings(), maxTokens: Int = 1024,
        stop: [String] = [], context: Int? = nil, schema: Value? = nil, thinking: Thinking? = nil,
        limits: CallLimits.Changes? = nil
    ) {
        self.model = model
        self.messages = messages
        self.sampler = sampler
        self.maxTokens = maxTokens
        self.stop = stop
        self.context = context
        self.schema = schema
        self.thinking = thinking
        self.limits = limits
    }

    package var hasPictures: Bool { messages.contains { !$0.images.isEmpty } }

    /// The JSON Schema for engines that can be held to nothing else.
    package var schemaForServers: Value? {
        if schema != nil || choices.isEmpty { return schema }
        return ["type": "string", "enum": .list(choices.map { .string($0) })]
    }

    /// What the answer is held to; `nil` where it may be anything.
    package var grammarChoice: GrammarChoice? {
        if let grammar { return .gbnf(grammar) }
        if !choices.isEmpty { return .choices(choices) }
        return schema.map { .schema($0) }
    }
}
