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

    /// The tokens that the next decode call evaluates for a sequence.
    struct Offer {
        /// The positions of tokens that are certain.
        var range: Range<Int>
        /// Guesses at what follows them.
        var drafts: ArraySlice<llama_token> = []
        /// Whether the last of the certain ones is the last of all, so that the next token follows from it.
        var wantsToken = false

        var count: Int { range.count + drafts.count }
    }

    let job: GenerationJob
    let prompt: EncodedPrompt
    /// Its number in the cache; `nil` as long as it has no cells.
    var id: llama_seq_id?
    /// The tokens of this sequence in the cache.
    private(set) var evaluated = 0
    /// What the current decode call evaluates of it.
    private(set) var offered = Offer(range: 0..<0)
    private(set) var answerTokens: [llama_token] = []

    private let start: Start
    private let sampler: SamplerChain
    private let vocabulary: Vocabulary
    private var constraint: Constraint?
    private var drafts: Drafts?
    private let began = ContinuousClock.now
    private var firstTokenAt: ContinuousClock.Instant?
    private var work = DecodingWork()
    private var assembler = UTF8Assembler()
    private var splitter: ThinkingSplitter?
    private var stops: StopMatcher
    private var reasoning = ""
    private var text = ""

    /// - Parameters:
    ///   - constraint: What the answer must keep to.
    ///   - drafts: `nil` where nothing is to be guessed.
    init(
        _ job: GenerationJob, prompt: EncodedPrompt, vocabulary: Vocabulary, start: Start, constraint: Constraint?,
        drafts: Drafts?
    ) throws(EngineError) {
        self.job = job
        self.prompt = prompt
        self.vocabulary = vocabulary
        self.start = start
        self.constraint = constraint
        self.drafts = drafts
        splitter = prompt.splitter
        sampler = try SamplerChain(job.request.sampler, vocabulary: vocabulary)
        // With pictures in it the tokens are not known.
        if prompt.parts.isEmpty { sampler.accept(prompt.tokens.suffix(SamplerChain.penaltyWindow)) }
        stops = StopMatcher(job.request.stop + prompt.stops)
    }

    /// The tokens so far: the prompt's and the answer's.
    var count: Int { prompt.tokens.count + answerTokens.count }

    /// The most tokens that it may come to have in the cache.
    var most: Int { min(start.limit, prompt.tokens.count + job.request.maxTokens) }

    /// Whether the whole prompt is evaluated.
    var isGenerating: Bool { evaluated >= prompt.tokens.count }

    private func token(at position: Int) -> llama_token {
        position < prompt.tokens.count ? prompt.tokens[position] : answerTokens[position - prompt.tokens.count]
    }

    /// All of them.
    var tokens: [llama_token] { prompt.tokens + answerTokens }

    func tokens(_ positions: Range<Int>) -> [llama_token] { positions.map(token) }

    /// Whether it is about to evaluate more of the beginning of other tokens than `count`, and than it has until now.
    func evaluates(beginningOf tokens: some Collection<llama_token>, behind count: Int) -> Bool {
        guard id != nil, !isGenerating else { return false }
        return zip(prompt.tokens, tokens).prefix { $0 == $1 }.count > max(count, evaluated)
    }

    // MARK: What is evaluated

    /// Chooses the tokens for the next decode call, at most `room` of them.
    ///
    /// - Parameter worthwhile: How probable a guess must be to be worth its evaluation.
    func offer(room: Int, worthwhile: Double) {
        let end = min(count, evaluated + max(0, room))
        offered = Offer(range: evaluated..<end, wantsToken: end == count && evaluated < count)
        guard offered.wantsToken, isGenerating || end >= prompt.tokens.count, let drafts else { return }
        let left = min(room - offered.range.count, most - count - 1)
        offered.drafts = drafts.guess(room: left, worthwhile: worthwhile)
    }

    /// What is offered, each token with its position and whether it is needed what follows from it.
    func forEachOffered(_ body: (llama_token, llama_pos, Bool) -> Void) {
        for position in offered.range {
            body(
                token(at: position), llama_pos(position), offered.wantsToken && position + 1 == offered.range.upperBound
            )
        }
        for (index, token) in offered.drafts.enumerated() {
            body(token, llama_pos(offered.range.upperBound + index), true)
        }
    }

    func withdrawOffer() {
        offered = Offer(range: evaluated..<evaluated)
    }

    /// Goes on behind the first tokens of another sequence, which are in the cache for it too.
    func resume(at position: Int) {
        evaluated = position
        work.reused = max(work.reused, min(position, prompt.tokens.count))
        withdrawOffer()
    }

    /// Starts over after the cache lost this sequence: everything is evaluated again, nothing is sampled twice.
    func restart() {
        id = nil
        evaluated = 0
        withdrawOffer()
    }

    // MARK: What follows from it

    /// Takes the first token behind a prompt with pictures, which was evaluated as a whole.
    /// - Returns: Whether the generation ended.
    func beginBehindPrompt(_ context: LlamaContext) throws(EngineError) -> Bool {
        evaluated = prompt.tokens.count
        work.promptTokens = prompt.tokens.count
        offered = Offer(range: evaluated..<evaluated, wantsToken: true)
        // The last result of the call.
        return try advance(context, index: -1)
    }

    /// Takes what the last decode call has computed.
    ///
    /// - Parameter index: Where in its batch the first result for this sequence is, if there is one.
    /// - Returns: Whether the generation ended; its caller has the result then.
    func advance(_ context: LlamaContext, index: Int32?) throws(EngineError) -> Bool {
        let offer = offered
        work.promptTokens += max(0, min(offer.range.upperBound, prompt.tokens.count) - evaluated)
        evaluated = offer.range.upperBound
        withdrawOffer()
        guard offer.wantsToken, let index else { return false }
        work.steps += 1
        if firstTokenAt == nil {
            firstTokenAt = .now
            job.send(.started(promptTokens: prompt.tokens.count))
        }
        var accepted = 0
        defer {
            work.drafted += offer.drafts.count
            work.accepted += accepted
            offered.range = evaluated..<evaluated
        }
        while true {
            let token = try sample(context, at: index + Int32(accepted))
            if vocabulary.isEndOfGeneration(token) {
                finish(.stop)
                return true
            }
            if take(token) { return true }
            // What was guessed is what was chosen: the results behind it are right too.
            guard accepted < offer.drafts.count,
                offer.drafts[offer.drafts.startIndex + accepted] == token, evaluated + 1 == count
            else { return false }
            accepted += 1
            evaluated += 1
        }
    }

    private func sample(_ context: LlamaContext, at index: Int32) throws(EngineError) -> llama_token {
        do throws(SamplingFailure) {
            // Thoughts are free; only the answer behind them is held to a form.
            var none: Constraint?
            return try isThinking
                ? sampler.sample(context, at: index, within: &none)
                : sampler.sample(context, at: index, within: &constraint)
        } catch {
            switch error {
            case .notNumbers:
                throw EngineError(
                    .engineFailed,
                    "\(start.identity.reference) computed values that are no numbers (NaN): its file is damaged, or it does "
                        + "not work with this libllama.")
            case .nothingAllowed:
                throw EngineError(
                    .engineFailed,
                    "\(start.identity.reference) has no token for what the schema or grammar wants next, behind "
                        + "`\(text.suffix(40))`.")
            }
        }
    }

    /// Adds a token to the answer, and those that have to follow it.
    private func take(_ token: llama_token) -> Bool {
        if add(token) { return true }
        guard let constraint, !isThinking else { return false }
        if constraint.isOver {
            finish(.stop)
            return true
        }
        for token in constraint.forcedTokens {
            sampler.accept(CollectionOfOne(token))
            self.constraint?.accept(token)
            work.forced += 1
            if add(token) { return true }
        }
        if self.constraint?.isOver == true {
            finish(.stop)
            return true
        }
        return false
    }

    private func add(_ token: llama_token) -> Bool {
        answerTokens.append(token)
        drafts?.append(token)
        let bytes = vocabulary.bytes(token, showsControlTokens: prompt.thinkingTokens.contains(token))
        show(assembler.append(bytes))
        if stops.isStopped {
            finish(.stop)
            return true
        }
        if answerTokens.count >= job.request.maxTokens || count > start.limit {
            finish(.length)
            return true
        }
        return false
    }

    private var isThinking: Bool { splitter?.isInThought ?? false }

    /// Gives out the next piece of what the model writes.
    private func show(_ piece: String) {
        guard let parts = splitter?.append(piece) else { return showAnswer(stops.append(piece)) }
        showReasoning(parts.reasoning)
        showAnswer(stops.append(parts.answer))
    }

    private func showReasoning(_ part: String) {
        guard !part.isEmpty else { return }
        reasoning += part
        job.send(.reasoning(part, generatedTokens: answerTokens.count))
    }

    private func showAnswer(_ part: String) {
        guard !part.isEmpty else { return }
        text += part
        job.send(.text(part, generatedTokens: answerTokens.count))
    }

    private func finish(_ reason: FinishReason) {
        var reason = reason
        show(assembler.finish())
        if let parts = splitter?.finish() {
            showReasoning(parts.reasoning)
            showAnswer(stops.append(parts.answer))
        }
        if stops.isStopped { reason = .stop } else { showAnswer(stops.finish()) }
        let now = ContinuousClock.now
        let first = firstTokenAt ?? now
        job.finish(
            GenerationResult(
                text: text, reasoning: reasoning, finishReason: reason, renderedPrompt: prompt.text,
                model: start.identity,
                seed: sampler.seed, promptTokens: prompt.tokens.count, generatedTokens: answerTokens.count,
                timings: GenerationTimings(
                    wait: start.wait, load: start.load, prompt: first - began, generation: now - first),
                work: work))
    }
}
