import Inference

/// Puts an answer together from the pieces in which a server sends it, and judges the whole.
struct AnswerBuilder {
    /// What a server says of an answer beside its text; what it does not say is `nil`.
    struct Told {
        /// Why the answer ended, in the server's word.
        var finish: String?
        /// The model that answered, as the server calls it.
        var model: String?
        var promptTokens: Int?
        var generatedTokens: Int?
        var load: Duration?
        var prompt: Duration?
        var generation: Duration?
    }

    let request: GenerationRequest
    let identity: ModelIdentity
    var room: PromptRoom
    let seed: UInt32?
    /// How long the model was loaded, where that was seen from outside.
    var load = Duration.zero
    var told = Told()
    private let send: @Sendable (GenerationEvent) -> Void
    private var began = ContinuousClock.now
    private var first: ContinuousClock.Instant?
    private var splitter = ThinkingSplitter()
    private var text = ""
    private var reasoning = ""
    private var pieces = 0

    init(
        _ request: GenerationRequest, identity: ModelIdentity, room: PromptRoom, seed: UInt32?,
        send: @escaping @Sendable (GenerationEvent) -> Void
    ) {
        self.request = request
        self.identity = identity
        self.room = room
        self.seed = seed
        self.send = send
    }

    /// Whether nothing has come of it.
    var isEmpty: Bool { first == nil && told.finish == nil }

    /// Whether far more has come than the cap on tokens allows: the server does not keep it, and is left. Some servers
    /// count what the model thinks by itself, and some cut tokens in two.
    var isOverCap: Bool { pieces > 2 * request.maxTokens + 8 }

    /// The prompt is on its way.
    mutating func begin() {
        began = .now
        send(.evaluating)
    }

    /// A piece of the answer; reasoning that the model writes into it, between tags, is taken out.
    mutating func say(_ piece: String) {
        guard !piece.isEmpty else { return }
        count()
        show(splitter.append(piece))
    }

    /// A piece of what the model thinks, which the server has told apart.
    mutating func think(_ piece: String) {
        guard !piece.isEmpty else { return }
        count()
        showReasoning(piece)
    }

    private mutating func count() {
        if first == nil {
            first = .now
            send(.started(promptTokens: room.likely))
        }
        pieces += 1
    }

    private mutating func show(_ parts: ThinkingSplitter.Parts) {
        showReasoning(parts.reasoning)
        guard !parts.answer.isEmpty else { return }
        text += parts.answer
        send(.text(parts.answer, generatedTokens: pieces))
    }

    private mutating func showReasoning(_ piece: String) {
        guard !piece.isEmpty else { return }
        reasoning += piece
        send(.reasoning(piece, generatedTokens: pieces))
    }

    /// The whole answer, once the server says that it is whole.
    ///
    /// - Throws: ``EngineError`` where it is not, or is no answer to what was asked.
    mutating func result(of connection: ServerConnection) throws(EngineError) -> GenerationResult {
        show(splitter.finish())
        takeUnopenedThinking()
        let ended = ContinuousClock.now
        let model = identity.reference
        try checkModel(connection)
        try room.checkEvaluated(told.promptTokens, model)
        let reason: FinishReason
        switch told.finish {
        case "stop", "eos", "eos_token", "stop_sequence": reason = .stop
        case "length", "max_tokens": reason = .length
        case "tool_calls", "function_call":
            throw EngineError(
                .answerBroken, "\(model) wants to call a tool in place of an answer, and no tools were offered.")
        case let other?:
            throw EngineError(.answerBroken, "\(model) ended its answer for a reason that is none: `\(other)`.")
        case nil: throw connection.broken("it ended without saying that it was done")
        }
        if text.allSatisfy(\.isWhitespace), !reasoning.isEmpty { try takeAnswerFromReasoning(reason) }
        let start = first ?? ended
        return GenerationResult(
            text: text, reasoning: reasoning, finishReason: reason, renderedPrompt: nil, model: identity, seed: seed,
            promptTokens: told.promptTokens ?? room.likely, generatedTokens: told.generatedTokens ?? pieces,
            context: room.context,
            timings: GenerationTimings(
                load: max(told.load ?? .zero, load), prompt: told.prompt ?? (start - began),
                generation: told.generation ?? (ended - start)))
    }

    /// A template may open the thinking in the prompt, so that the model only closes it. What was streamed by then stays
    /// as it was; the answer is what counts.
    private mutating func takeUnopenedThinking() {
        guard reasoning.isEmpty else { return }
        let parts = ThinkingSplitter.parts(of: text)
        guard !parts.reasoning.isEmpty else { return }
        (reasoning, text) = (parts.reasoning, parts.answer)
    }

    /// Some servers put the JSON that was asked for into the field of what the model thinks.
    private mutating func takeAnswerFromReasoning(_ reason: FinishReason) throws(EngineError) {
        if request.schema != nil, (try? ParsedAnswer(from: reasoning))?.isExact == true {
            swap(&text, &reasoning)
            reasoning = ""
            return
        }
        guard reason == .stop else { return }
        throw EngineError(
            .answerEmpty,
            "\(identity.reference) thought, and then said nothing: raise `max_tokens`, or set `think: false`.")
    }

    /// A server that has another model at hand may answer with that one.
    private func checkModel(_ connection: ServerConnection) throws(EngineError) {
        guard checksName, let answered = told.model, !answered.isEmpty else { return }
        let asked = Self.plain(identity.reference.split(separator: "/", maxSplits: 1).last.map(String.init) ?? "")
        let served = Self.plain(servedName)
        let other = Self.plain(answered)
        guard other != asked, other != served, !other.hasPrefix(served), !served.hasPrefix(other) else { return }
        throw EngineError(
            .modelChanged,
            "\(identity.reference) was asked, and the server answered with another model: `\(connection.masked(answered))`; if it is the same, write that name under `model_names`."
        )
    }

    /// What the server calls the model.
    var servedName = ""
    /// Whether the name under which the server answers says which model it was.
    var checksName = true

    /// A name without what servers add to it or leave out: folders, endings, the tag of the latest version.
    private static func plain(_ name: String) -> String {
        var name = name.lowercased().split(separator: "/").last.map(String.init) ?? ""
        for ending in [":latest", ".gguf"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        return name
    }
}
