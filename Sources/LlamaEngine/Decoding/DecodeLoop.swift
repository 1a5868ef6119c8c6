import CLlama
import Inference

/// Steps all active sequences of one model together: each step is one batch and one call of `llama_decode`.
///
/// Belongs to the decode thread of its model. Sequences join with ``admit(_:prompt:start:constraint:)`` and leave when
/// they end. A prompt is not evaluated as far as the cache has its beginning, of whatever sequence. One whose beginning
/// is being evaluated by another waits for that.
final class DecodeLoop {
    /// The most tokens in one decode call: what libllama computes at once by default. More is not faster.
    static let chunk = 512

    private let context: LlamaContext
    private let plan: CachePlan
    private let makesDrafts: Bool
    private let counters: EngineCounters
    private var batch: llama_batch
    private var cache = CacheMap()
    private var cost = StepCost()
    /// In the order in which they came.
    private var active: [ActiveSequence] = []
    /// The last answers' tokens, which others may repeat.
    private var answers: [llama_token] = []

    private static let rememberedAnswers = 2048
    /// The tokens of its answer for which a sequence must find cells when it begins.
    private static let firstTokens = 64

    init(_ context: LlamaContext, plan: CachePlan, makesDrafts: Bool, counters: EngineCounters) {
        self.context = context
        self.plan = plan
        // A guess that was wrong is cut off again, which states cannot be.
        self.makesDrafts = makesDrafts && context.sharesBeginnings
        self.counters = counters
        batch = llama_batch_init(Int32(Self.chunk), 0, 1)
    }

    deinit {
        llama_batch_free(batch)
    }

    var isIdle: Bool { active.isEmpty }

    /// Whether a request can join now. One that is to be reproducible, or has pictures, is alone.
    func hasRoom(for job: GenerationJob) -> Bool {
        if active.isEmpty { return true }
        if job.isAlone || active.contains(where: \.job.isAlone) { return false }
        return active.count < plan.parallel
    }

    /// Makes a request an active sequence. A prompt with pictures is evaluated at once.
    func admit(
        _ job: GenerationJob, prompt: EncodedPrompt, pictures: PicturePrompt?, start: ActiveSequence.Start,
        constraint: Constraint?
    ) throws(EngineError) {
        guard prompt.tokens.count < start.limit else {
            throw EngineError(
                .promptTooLong,
                "The prompt has \(prompt.tokens.count) tokens, but \(start.identity.reference) has a context of "
                    + "\(start.limit), and at least one must be left for the answer: raise `context:` if the model "
                    + "allows it, or shorten the prompt.")
        }
        if let pictures, pictures.tokens >= context.cells {
            throw EngineError(
                .promptTooLong,
                "The prompt has \(pictures.tokens) tokens with its pictures, and the cache holds \(context.cells): raise "
                    + "`context:` if the model allows it, or show fewer pictures.")
        }
        if job.isAlone { clear() }
        let drafts = job.isAlone || !makesDrafts ? nil : Drafts(answers + prompt.tokens)
        let sequence = try ActiveSequence(
            job, prompt: prompt, vocabulary: context.model.vocabulary, start: start, constraint: constraint,
            drafts: drafts)
        active.append(sequence)
        if let pictures { try evaluate(pictures, of: sequence) }
    }

    private func evaluate(_ pictures: PicturePrompt, of sequence: ActiveSequence) throws(EngineError) {
        let id: llama_seq_id = 0
        sequence.id = id
        cache.begin(id)
        cache.append(sequence.tokens, to: id)
        context.abort.watch([sequence.job])
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        let isDone = pictures.evaluate(context, as: id, chunk: Self.chunk)
        context.abort.watch([])
        counters.note(tokens: pictures.tokens)
        guard isDone else {
            active.removeAll { $0 === sequence }
            remove(id)
            let reason = LlamaLog.takeReason().map { ": \($0)" } ?? ""
            throw EngineError(.engineFailed, "libmtmd could not evaluate the pictures\(reason).")
        }
        do {
            if try sequence.beginBehindPrompt(context) { leave(sequence) }
        } catch {
            active.removeAll { $0 === sequence }
            remove(id)
            throw error
        }
    }

    /// The cache has lost a sequence: it is evaluated again, if that can be done.
    private func lose(_ sequence: ActiveSequence) {
        guard sequence.prompt.parts.isEmpty else {
            return sequence.job.fail(EngineError(.engineFailed, "The cache has lost the pictures of the prompt."))
        }
        sequence.restart()
    }

    /// Evaluates one batch and gives every sequence that is ready its next tokens.
    func step() {
        drop { $0.job.isCancelled }
        fill()
        guard batch.n_tokens > 0 else { return }
        context.abort.watch(active.filter { $0.offered.count > 0 }.map(\.job))
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        let began = ContinuousClock.now
        let status = llama_decode(context.pointer, batch)
        context.abort.watch([])
        counters.note(tokens: Int(batch.n_tokens))
        switch status {
        case 0:
            if active.allSatisfy({ $0.isGenerating || $0.offered.count == 0 }) {
                cost.note(tokens: Int(batch.n_tokens), seconds: (ContinuousClock.now - began) / .seconds(1))
            }
            advance()
        case 1, 2:
            withdraw()
            // The books say that there are cells, and libllama that there are not.
            if status == 1, !makeRoom() { failAll(failure(status)) }
        default:
            failAll(failure(status))
        }
    }

    /// Ends all sequences with an error.
    func failAll(_ error: any Error) {
        for sequence in active { sequence.job.fail(error) }
        active = []
        clear()
    }

    // MARK: The batch

    /// Fills the batch with what the sequences offer; those that only wait for their next token come first.
    private func fill() {
        batch.n_tokens = 0
        let worthwhile = cost.worthwhile(sequences: active.count { $0.isGenerating })
        for sequence in active.filter(\.isGenerating) + active.filter({ !$0.isGenerating }) {
            sequence.withdrawOffer()
            let room = Self.chunk - Int(batch.n_tokens)
            guard room > 0, place(sequence) else { continue }
            sequence.offer(room: room, worthwhile: worthwhile)
            guard makeCells(for: sequence), let id = sequence.id else {
                sequence.withdrawOffer()
                continue
            }
            sequence.forEachOffered { token, position, isWanted in
                nightjar_batch_add(&batch, token, position, id, isWanted)
            }
        }
    }

    /// The cells that are neither taken nor promised to what is in the batch.
    private var free: Int { context.cells - cache.cells - Int(batch.n_tokens) }

    /// Gives a sequence its number in the cache, with the beginning that is there already.
    ///
    /// - Returns: `false` where it has to wait.
    private func place(_ sequence: ActiveSequence) -> Bool {
        if sequence.id != nil { return true }
        // The last token of all is evaluated in any case: the next one follows from it.
        let tokens = sequence.tokens.dropLast()
        let match = context.sharesBeginnings ? cache.longestMatch(tokens) : nil
        let count = match?.count ?? 0
        if context.sharesBeginnings, active.contains(where: { $0.evaluates(beginningOf: tokens, behind: count) }) {
            return false
        }
        // Not for a few tokens, until the next one that came before needs a cell.
        let need = sequence.count - count + min(Self.firstTokens, sequence.most - sequence.count)
        guard sequence === active.first || need <= context.cells - cache.cellsWithoutKept - Int(batch.n_tokens) else {
            return false
        }
        guard let id = freeNumber ?? takeNumber(sparing: match?.sequence) else { return false }
        sequence.id = id
        if let match, context.holdsBeginning(match.sequence) {
            context.share(match.count, of: match.sequence, with: id)
            cache.begin(id, as: match.sequence, count: match.count)
            sequence.resume(at: match.count)
        } else {
            cache.begin(id)
            sequence.resume(at: 0)
        }
        return true
    }

    private var freeNumber: llama_seq_id? {
        let used = cache.sequences
        return (0..<llama_seq_id(plan.sequences)).first { !used.contains($0) }
    }

    private func takeNumber(sparing sequence: llama_seq_id?) -> llama_seq_id? {
        guard let oldest = cache.oldestKept(except: sequence) else { return nil }
        remove(oldest)
        return oldest
    }

    /// Sees to it that there are cells for what a sequence offers.
    private func makeCells(for sequence: ActiveSequence) -> Bool {
        while free < sequence.offered.count {
            guard makeRoom(for: sequence) else { return false }
        }
        return true
    }

    /// Takes cells from those that need them least: from what is kept for others, then from the request that came last,
    /// which goes on when there is room again.
    ///
    /// - Parameter sequence: Only later ones give way to it; without one, all but the first may have to.
    /// - Returns: whether there was one to take from.
    private func makeRoom(for sequence: ActiveSequence? = nil) -> Bool {
        if let oldest = cache.oldestKept(except: nil) {
            remove(oldest)
            return true
        }
        let place = sequence.flatMap { one in active.firstIndex { $0 === one } } ?? 0
        guard let last = active[(place + 1)...].last(where: { $0.id != nil && $0.offered.count == 0 }), let id = last.id
        else { return false }
        remove(id)
        last.restart()
        return true
    }

    // MARK: What came of it

    private func advance() {
        var outputs: [llama_seq_id: Int32] = [:]
        for index in (0..<batch.n_tokens).reversed() where batch.logits[Int(index)] != 0 {
            outputs[batch.seq_id[Int(index)]?.pointee ?? 0] = index
        }
        var ended: [ActiveSequence] = []
        for sequence in active {
            guard let id = sequence.id, sequence.offered.count > 0 else { continue }
            let offered = sequence.offered
            let before = sequence.evaluated
            var hasEnded = false
            do {
                hasEnded = try sequence.advance(context, index: outputs[id])
            } catch {
                sequence.job.fail(error)
                hasEnded = true
            }
            cache.append(sequence.tokens(before..<sequence.evaluated), to: id)
            let wrong = offered.range.upperBound + offered.drafts.count - sequence.evaluated
            if wrong > 0, !context.remove(id, from: sequence.evaluated) {
                remove(id)
                lose(sequence)
            }
            if hasEnded { ended.append(sequence) }
        }
        for sequence in ended { leave(sequence) }
    }

    /// A generation has ended: what it has in the cache is kept for those that begin as it did.
    private func leave(_ sequence: ActiveSequence) {
        active.removeAll { $0 === sequence }
        answers = (answers + sequence.answerTokens).suffix(Self.rememberedAnswers)
        guard let id = sequence.id else { return }
        if context.sharesBeginnings, plan.kept > 0, !sequence.job.isAlone {
            cache.keep(id)
        } else {
            remove(id)
        }
    }

    /// After a call that did not come to its end, part of the batch may be in the cache: all go back to before it.
    private func withdraw() {
        for sequence in active {
            guard let id = sequence.id, sequence.offered.count > 0 else { continue }
            sequence.withdrawOffer()
            if !context.remove(id, from: sequence.evaluated) {
                remove(id)
                lose(sequence)
            }
        }
    }

    private func remove(_ id: llama_seq_id) {
        _ = context.remove(id, from: 0)
        cache.remove(id)
    }

    private func clear() {
        for id in cache.sequences { remove(id) }
    }

    private func drop(_ isGone: (ActiveSequence) -> Bool) {
        for sequence in active where isGone(sequence) {
            if let id = sequence.id { remove(id) }
        }
        active.removeAll(where: isGone)
    }

    private func failure(_ status: Int32) -> EngineError {
        let reason = LlamaLog.takeReason().map { ": \($0)" } ?? ""
        return status == 1
            ? EngineError(.engineFailed, "The cache has no place for the next tokens\(reason).")
            : EngineError(.engineFailed, "libllama could not evaluate the tokens (status \(status)\(reason)).")
    }
}
