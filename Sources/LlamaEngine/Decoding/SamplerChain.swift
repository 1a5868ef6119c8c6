import CLlama
import Inference

/// Chooses tokens as a request's settings say; each sequence has its own.
final class SamplerChain {
    /// The tokens that the repeat penalty looks back on.
    static let penaltyWindow = 64

    private let chain: UnsafeMutablePointer<llama_sampler>
    /// The seed that is used; `nil` for greedy decoding, which has none.
    let seed: UInt32?

    init(_ settings: SamplerSettings, vocabulary: Vocabulary) throws(EngineError) {
        guard let chain = llama_sampler_chain_init(llama_sampler_chain_default_params()) else {
            throw EngineError(.engineFailed, "libllama could not make a sampler.")
        }
        self.chain = chain
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

    /// Chooses the token that follows the batch's token at `index`; `nil` if the model computed nothing usable.
    func sample(_ context: LlamaContext, at index: Int32) -> llama_token? {
        guard let logits = llama_get_logits_ith(context.pointer, index),
            nightjar_logits_usable(logits, context.model.vocabulary.sizeForSamplers)
        else { return nil }
        return llama_sampler_sample(chain, context.pointer, index)
    }
}
