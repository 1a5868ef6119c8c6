package import Inference
package import Jinja
package import Workflow

/// What a step or a command says about how a model should answer; what it leaves open, the model's alias decides, and
/// then the defaults.
package struct CallSettings: Sendable {
    package var temperature: Double?
    package var topK: Int?
    package var topP: Double?
    package var minP: Double?
    package var repeatPenalty: Double?
    package var seed: UInt32?
    package var maxTokens: Int?
    package var stop: [String] = []
    package var context: Int?
    package var schema: Value?
    package var grammar: String?
    package var choices: [String] = []
    package var isReproducible = false
    package var thinking: ThinkingChoice?
    package var limits: CallLimits.Changes?

    package init() {}
}

extension ModelChoice {
    /// The request to the chosen model.
    ///
    /// - Parameters:
    ///   - system: who the model is; the alias's own where it is `nil`.
    ///   - turns: the conversation after that.
    package func request(system: String?, turns: [ChatMessage], settings own: CallSettings) -> GenerationRequest {
        let usual = SamplerSettings()
        let sampler = SamplerSettings(
            temperature: own.temperature ?? settings?.temperature ?? usual.temperature,
            topK: own.topK ?? settings?.topK ?? usual.topK, topP: own.topP ?? settings?.topP ?? usual.topP,
            minP: own.minP ?? settings?.minP ?? usual.minP,
            repeatPenalty: own.repeatPenalty ?? settings?.repeatPenalty, seed: own.seed)
        let system = system ?? settings?.system
        let examples = (settings?.examples ?? []).flatMap {
            [.user($0.user), .assistant($0.assistant)] as [ChatMessage]
        }
        var request = GenerationRequest(
            model: name, messages: (system.map { [.system($0)] } ?? []) + examples + turns, sampler: sampler,
            stop: own.stop.isEmpty ? settings?.stop ?? [] : own.stop,
            context: own.context ?? settings?.context, schema: own.schema,
            thinking: (own.thinking ?? settings?.thinking).map(Thinking.init), limits: own.limits)
        request.grammar = own.grammar
        request.choices = own.choices
        request.isReproducible = own.isReproducible
        request.chatTemplate = settings?.chatTemplate
        request.adapters = (settings?.adapters ?? []).map { ModelAdapter(path: $0.path, scale: $0.scale) }
        request.maxTokens = own.maxTokens ?? settings?.maxTokens ?? request.maxTokens
        return request
    }
}

extension Thinking {
    fileprivate init(_ choice: ThinkingChoice) {
        self =
            switch choice {
            case .off: .off
            case .on: .on
            case .low: .low
            case .medium: .medium
            case .high: .high
            }
    }
}

extension CallLimits.Changes {
    package init(_ declared: LimitsDeclaration) {
        self.init(
            load: declared.load, firstToken: declared.firstToken, betweenTokens: declared.betweenTokens,
            total: declared.total)
    }
}
