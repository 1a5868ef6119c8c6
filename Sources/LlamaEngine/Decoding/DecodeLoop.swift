import CLlama
import Inference

/// Steps all active sequences of one model together: each step is one batch and one call of `llama_decode`.
///
/// Belongs to the decode thread of its model. Sequences join with ``admit(_:)`` and leave when they end; today there
/// is room for one at a time.
final class DecodeLoop {
    /// The most tokens in one decode call. Small enough that a cancelled request ends soon, large enough for speed.
    static let chunk = 256

    private let context: LlamaContext
    private var batch: llama_batch
    private var active: [ActiveSequence] = []
    /// Per sequence: the prompt of which the cache still holds the beginning.
    private var resident: [[llama_token]]

    init(_ context: LlamaContext, sequences: Int) {
        self.context = context
        batch = llama_batch_init(Int32(Self.chunk), 0, 1)
        resident = Array(repeating: [], count: sequences)
    }

    deinit {
        llama_batch_free(batch)
    }

    var isIdle: Bool { active.isEmpty }
    var hasRoom: Bool { active.count < resident.count }

    /// Makes a request an active sequence. What its prompt has in common with the last one is not evaluated again.
    func admit(
        _ job: GenerationJob, prompt: EncodedPrompt, start: ActiveSequence.Start
    ) throws(EngineError) {
        guard prompt.tokens.count < start.limit else {
            throw EngineError(
                .promptTooLong,
                "The prompt has \(prompt.tokens.count) tokens, but \(start.identity.reference) has a context of "
                    + "\(start.limit), and at least one must be left for the answer: raise `context:` if the model "
                    + "allows it, or shorten the prompt.")
        }
        let used = Set(active.map(\.id))
        guard let id = (0..<llama_seq_id(resident.count)).first(where: { !used.contains($0) }) else {
            throw EngineError(.engineFailed, "There is no free sequence in the cache.")
        }
        let reused = reusable(prompt.tokens, in: id)
        resident[Int(id)] = Array(prompt.tokens.prefix(reused))
        active.append(
            try ActiveSequence(
                job, id: id, prompt: prompt, reused: reused, vocabulary: context.model.vocabulary, start: start))
    }

    /// Cuts the cache back to what this prompt can use of it, and returns how many tokens that are.
    ///
    /// Only whole chunks are used again: then every token is evaluated together with the same neighbours as in a fresh
    /// cache, and the answer is the same to the last bit.
    private func reusable(_ tokens: [llama_token], in id: llama_seq_id) -> Int {
        let common = zip(resident[Int(id)], tokens.dropLast()).prefix { $0 == $1 }.count
        let reused = common / Self.chunk * Self.chunk
        if reused > 0, context.holdsBeginning(id), context.remove(id, from: reused) { return reused }
        _ = context.remove(id, from: 0)
        return 0
    }

    /// Evaluates one batch and gives every sequence that is ready its next token.
    func step() {
        drop { $0.job.isCancelled }
        fill()
        guard batch.n_tokens > 0 else { return }
        context.abort.watch(active.filter { !$0.offered.isEmpty }.map(\.job))
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        let status = llama_decode(context.pointer, batch)
        context.abort.watch([])
        switch status {
        case 0:
            advance()
        case 2:
            rollBack()
        default:
            failAll(failure(status))
        }
    }

    /// Ends all sequences with an error.
    func failAll(_ error: any Error) {
        for sequence in active {
            sequence.job.fail(error)
            clear(sequence.id)
        }
        active = []
    }

    /// Fills the batch with what the sequences offer; those that only wait for one token come first.
    private func fill() {
        batch.n_tokens = 0
        for sequence in active.filter(\.isGenerating) + active.filter({ !$0.isGenerating }) {
            let offered = sequence.offer(room: Self.chunk - Int(batch.n_tokens), chunk: Self.chunk)
            for position in offered {
                nightjar_batch_add(
                    &batch, sequence.token(at: position), llama_pos(position), sequence.id,
                    sequence.wantsToken && position + 1 == offered.upperBound)
            }
        }
    }

    private func advance() {
        var index: Int32 = -1
        var indices: [llama_seq_id: Int32] = [:]
        while index + 1 < batch.n_tokens {
            index += 1
            let place = Int(index)
            if batch.logits[place] != 0 { indices[batch.seq_id[place]?.pointee ?? 0] = index }
        }
        var ended: Set<llama_seq_id> = []
        for sequence in active {
            sequence.acceptOffer()
            noteResident(sequence)
            guard let index = indices[sequence.id], !sequence.job.isCancelled else { continue }
            do {
                if try sequence.advance(context, index: index) { ended.insert(sequence.id) }
            } catch {
                sequence.job.fail(error)
                ended.insert(sequence.id)
            }
        }
        drop { ended.contains($0.id) }
    }

    /// Remembers how much of a sequence's prompt is in the cache.
    private func noteResident(_ sequence: ActiveSequence) {
        let known = resident[Int(sequence.id)].count
        let end = min(sequence.evaluated, sequence.prompt.tokens.count)
        if end > known { resident[Int(sequence.id)] += sequence.prompt.tokens[known..<end] }
    }

    /// After an aborted call, part of the batch may be in the cache: all sequences go back to before it.
    private func rollBack() {
        for sequence in active {
            sequence.withdrawOffer()
            if !context.remove(sequence.id, from: sequence.evaluated) {
                clear(sequence.id)
                sequence.restart()
            }
        }
    }

    private func clear(_ id: llama_seq_id) {
        _ = context.remove(id, from: 0)
        resident[Int(id)] = []
    }

    private func drop(_ isGone: (ActiveSequence) -> Bool) {
        active.removeAll(where: isGone)
    }

    private func failure(_ status: Int32) -> EngineError {
        let reason = LlamaLog.takeErrors().first.map { ": \(LlamaModel.reason($0))" } ?? ""
        return status == 1
            ? EngineError(.engineFailed, "The cache has no place for the next tokens\(reason).")
            : EngineError(.engineFailed, "libllama could not evaluate the tokens (status \(status)\(reason)).")
    }
}
