import CLlama
import Inference

/// One generation in progress: a sequence in the cache with its own sampler, stop texts and place.
///
/// Belongs to the decode thread. Each step of the loop it offers the tokens that it wants evaluated, and is told when
/// they are.
final class ActiveSequence {
    /// What is known of a request when its decoding begins.
    struct Start {
        var wait: Duration
        var load: Duration
        var identity: ModelIdentity
        /// The positions that this request may use.
        var limit: Int
    }

    let id: llama_seq_id
    let job: GenerationJob
    let prompt: EncodedPrompt
    /// The tokens of this sequence in the cache.
    private(set) var evaluated: Int
    /// What the current decode call evaluates of it.
    private(set) var offered: Range<Int> = 0..<0

    private let start: Start
    private let sampler: SamplerChain
    private let vocabulary: Vocabulary
    private let began = ContinuousClock.now
    private var firstTokenAt: ContinuousClock.Instant?
    private var answerTokens: [llama_token] = []
    private var assembler = UTF8Assembler()
    private var stops: StopMatcher
    private var text = ""

    init(
        _ job: GenerationJob, id: llama_seq_id, prompt: EncodedPrompt, reused: Int, vocabulary: Vocabulary, start: Start
    ) throws(EngineError) {
        self.id = id
        self.job = job
        self.prompt = prompt
        self.vocabulary = vocabulary
        self.start = start
        evaluated = reused
        sampler = try SamplerChain(job.request.sampler, vocabulary: vocabulary)
        sampler.accept(prompt.tokens.suffix(SamplerChain.penaltyWindow))
        stops = StopMatcher(job.request.stop)
    }

    /// All tokens so far: the prompt's and the answer's.
    func token(at position: Int) -> llama_token {
        position < prompt.tokens.count ? prompt.tokens[position] : answerTokens[position - prompt.tokens.count]
    }

    /// Whether the whole prompt is evaluated.
    var isGenerating: Bool { evaluated >= prompt.tokens.count }

    private var count: Int { prompt.tokens.count + answerTokens.count }

    /// Chooses the tokens for the next decode call, at most `room` of them. Long prompts are cut at fixed places, so
    /// that the same prompt is always evaluated in the same portions, whatever of it was in the cache.
    func offer(room: Int, chunk: Int) -> Range<Int> {
        let end = min(count, evaluated + room, (evaluated / chunk + 1) * chunk)
        offered = evaluated..<max(end, evaluated)
        return offered
    }

    /// Whether the offered tokens reach the end, so that the next token follows from them.
    var wantsToken: Bool { !offered.isEmpty && offered.upperBound == count }

    func withdrawOffer() {
        offered = evaluated..<evaluated
    }

    /// Starts over after the cache lost this sequence: everything is evaluated again, nothing is sampled twice.
    func restart() {
        evaluated = 0
        withdrawOffer()
    }

    func acceptOffer() {
        evaluated = offered.upperBound
        offered = evaluated..<evaluated
    }

    /// Takes the next token from what the last decode call computed at this index of its batch.
    /// - Returns: Whether the generation ended; its caller has the result then.
    func advance(_ context: LlamaContext, index: Int32) throws(EngineError) -> Bool {
        if firstTokenAt == nil {
            firstTokenAt = .now
            job.send(.started(promptTokens: prompt.tokens.count))
        }
        guard let token = sampler.sample(context, at: index) else {
            throw EngineError(
                .engineFailed,
                "\(start.identity.reference) computed values that are no numbers (NaN): its file is damaged, or it does "
                    + "not work with this libllama.")
        }
        if vocabulary.isEndOfGeneration(token) {
            finish(.stop)
            return true
        }
        answerTokens.append(token)
        show(stops.append(assembler.append(vocabulary.bytes(token))))
        if stops.isStopped {
            finish(.stop)
            return true
        }
        if answerTokens.count >= job.request.maxTokens || evaluated >= start.limit {
            finish(.length)
            return true
        }
        return false
    }

    private func show(_ part: String) {
        guard !part.isEmpty else { return }
        text += part
        job.send(.text(part, generatedTokens: answerTokens.count))
    }

    private func finish(_ reason: FinishReason) {
        var reason = reason
        show(stops.append(assembler.finish()))
        if stops.isStopped { reason = .stop } else { show(stops.finish()) }
        let now = ContinuousClock.now
        let first = firstTokenAt ?? now
        job.finish(
            GenerationResult(
                text: text, finishReason: reason, renderedPrompt: prompt.text, model: start.identity,
                seed: sampler.seed, promptTokens: prompt.tokens.count, generatedTokens: answerTokens.count,
                timings: GenerationTimings(
                    wait: start.wait, load: start.load, prompt: first - began, generation: now - first)))
    }
}
