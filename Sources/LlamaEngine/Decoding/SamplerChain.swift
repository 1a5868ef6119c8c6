import CLlama
import Inference

/// Chooses tokens as a request's settings say; each sequence has its own.
final class SamplerChain {
    /// The tokens that the repeat penalty looks back on.
    static let penaltyWindow = 64

    private let chain: UnsafeMutablePointer<llama_sampler>
    /// The seed that is used; `nil` for greedy decoding, which has none.
    let seed: UInt32?
    /// Whether the most probable token is taken as it is.
    private let isPlain: Bool

    init(_ settings: SamplerSettings, vocabulary: Vocabulary) throws(EngineError) {
        guard let chain = llama_sampler_chain_init(llama_sampler_chain_default_params()) else {
            throw EngineError(.engineFailed, "libllama could not make a sampler.")
        }
        self.chain = chain
        isPlain = settings.isGreedy && (settings.repeatPenalty ?? 1) == 1
        if let penalty = settings.repeatPenalty, penalty != 1 {
            Self.add(
                nightjar_sampler_init_repeat_penalty(
                    vocabulary.sizeForSamplers, Int32(Self.penaltyWindow), Float(penalty)), to: chain)
        }
        guard !settings.isGreedy else {
            seed = nil
            Self.add(llama_sampler_init_greedy(), to: chain)
            return
        }
        // libllama takes its highest seed for "draw one".
        let seed = settings.seed.map { min($0, .max - 1) } ?? .random(in: 0..<(.max - 1))
        self.seed = seed
        if let topK = settings.topK { Self.add(llama_sampler_init_top_k(Int32(clamping: topK)), to: chain) }
        if let topP = settings.topP { Self.add(llama_sampler_init_top_p(Float(topP), 1), to: chain) }
        if let minP = settings.minP { Self.add(llama_sampler_init_min_p(Float(minP), 1), to: chain) }
        Self.add(llama_sampler_init_temp(Float(settings.temperature)), to: chain)
        Self.add(llama_sampler_init_dist(seed), to: chain)
    }

    deinit {
        llama_sampler_free(chain)
    }

    private static func add(
        _ sampler: UnsafeMutablePointer<llama_sampler>?, to chain: UnsafeMutablePointer<llama_sampler>
    ) {
        if let sampler { llama_sampler_chain_add(chain, sampler) }
    }

    /// Lets the penalties know of tokens that were not sampled here.
    func accept(_ tokens: some Sequence<llama_token>) {
        for token in tokens { llama_sampler_accept(chain, token) }
    }

    /// Chooses the token that follows the batch's token at `index`, among those that a constraint allows.
    ///
    /// What would be chosen without the constraint is tried first. Where that is not allowed, the choice among the
    /// allowed ones has the same probabilities as if there had been no first one, and most tokens need no look at the
    /// whole vocabulary.
    func sample(
        _ context: LlamaContext, at index: Int32, within constraint: inout Constraint?
    ) throws(SamplingFailure) -> llama_token {
        guard let logits = llama_get_logits_ith(context.pointer, index),
            nightjar_logits_usable(logits, context.model.vocabulary.sizeForSamplers)
        else { throw .notNumbers }
        guard var held = constraint else {
            let token = choose(logits, context, among: nil)
            llama_sampler_accept(chain, token)
            return token
        }
        var token = choose(logits, context, among: nil)
        if !held.allows(token) {
            let allowed = held.allowed
            token = choose(logits, context, among: allowed)
            guard token >= 0, allowed.contains(token) else { throw .nothingAllowed }
        }
        llama_sampler_accept(chain, token)
        held.accept(token)
        constraint = held
        return token
    }

    /// - Returns: -1 where none is left.
    private func choose(
        _ logits: UnsafeMutablePointer<Float>, _ context: LlamaContext, among allowed: TokenSet?
    ) -> llama_token {
        let size = context.model.vocabulary.sizeForSamplers
        if isPlain {
            guard let allowed else { return nightjar_highest(logits, size, nil) }
            return allowed.words.withUnsafeBufferPointer { nightjar_highest(logits, size, $0.baseAddress) }
        }
        let candidates = context.candidates
        var count = 0
        for token in 0..<llama_token(size) where allowed?.contains(token) ?? true {
            candidates[count] = llama_token_data(id: token, logit: logits[Int(token)], p: 0)
            count += 1
        }
        guard count > 0 else { return -1 }
        var array = llama_token_data_array(data: candidates, size: count, selected: -1, sorted: false)
        llama_sampler_apply(chain, &array)
        guard array.selected >= 0, array.selected < Int64(array.size) else { return -1 }
        return array.data[Int(array.selected)].id
    }
}

/// Why no token could be chosen.
enum SamplingFailure: Error {
    /// The model has computed NaN or infinities.
    case notNumbers
    /// The vocabulary has nothing for what has to come.
    case nothingAllowed
}
