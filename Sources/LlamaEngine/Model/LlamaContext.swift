import CLlama
import Inference

/// libllama's working state for one model: the cache of keys and values, and the buffers of the computation.
///
/// Belongs to one decode thread; only the abort signal may be touched from elsewhere.
final class LlamaContext {
    let model: LlamaModel
    let pointer: OpaquePointer
    let abort: AbortSignal
    /// The tokens that the cache holds, of all sequences together.
    let cells: Int
    /// Whether a sequence can go on behind the beginning of another one: not with a cache that holds states instead of
    /// tokens.
    let sharesBeginnings: Bool
    /// Room for a sampler's work, one at a time.
    let candidates: UnsafeMutablePointer<llama_token_data>

    /// - Parameter chunk: The most tokens in one call of `llama_decode`.
    init(
        _ model: LlamaModel, file: ModelFile, plan: CachePlan, cacheType: CacheType, chunk: Int, threads: Int
    ) throws(EngineError) {
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        self.model = model
        abort = AbortSignal()
        var parameters = llama_context_default_params()
        parameters.n_ctx = UInt32(plan.cells)
        parameters.n_batch = UInt32(chunk)
        parameters.n_ubatch = UInt32(chunk)
        parameters.n_seq_max = UInt32(plan.sequences)
        // One buffer for all sequences: only so can they share what they have in common.
        parameters.kv_unified = true
        // All of it also for layers that look back only so far: without, a beginning could not be used again.
        parameters.swa_full = true
        parameters.type_k = cacheType.ggml
        parameters.type_v = cacheType.ggml
        parameters.n_threads = Int32(threads)
        parameters.n_threads_batch = Int32(threads)
        abort.connect(to: &parameters)
        guard let pointer = llama_init_from_model(model.pointer, parameters) else {
            let reason = LlamaLog.takeReason() ?? "libllama gives no reason"
            throw EngineError(
                .outOfMemory,
                "\(file.reference) was loaded, but a context of \(plan.cells) tokens could not be made (\(reason)): "
                    + "set a smaller `context`, or take a smaller model.")
        }
        do throws(EngineError) {
            try Self.add(file.adapters, to: pointer, model, file)
        } catch {
            llama_free(pointer)
            throw error
        }
        self.pointer = pointer
        cells = Int(llama_n_ctx(pointer))
        sharesBeginnings = !llama_model_is_recurrent(model.pointer) && !llama_model_is_hybrid(model.pointer)
        candidates = .allocate(capacity: model.vocabulary.size)
    }

    /// Adds adapters, which are freed with the model.
    private static func add(
        _ adapters: [ModelAdapter], to context: OpaquePointer, _ model: LlamaModel, _ file: ModelFile
    ) throws(EngineError) {
        guard !adapters.isEmpty else { return }
        var loaded: [OpaquePointer?] = []
        for adapter in adapters {
            guard let pointer = llama_adapter_lora_init(model.pointer, adapter.path) else {
                let reason = LlamaLog.takeReason() ?? "libllama gives no reason"
                throw EngineError(
                    .modelUnsupported, "The adapter \(adapter.path) cannot be added to \(file.reference): \(reason).")
            }
            loaded.append(pointer)
        }
        var scales = adapters.map { Float($0.scale) }
        guard llama_set_adapters_lora(context, &loaded, loaded.count, &scales) == 0 else {
            throw EngineError(.engineFailed, "The adapters of \(file.reference) cannot be used together.")
        }
    }

    deinit {
        candidates.deallocate()
        llama_free(pointer)
    }

    var memory: llama_memory_t? { llama_get_memory(pointer) }

    /// Empties a sequence's cache from this position on.
    /// - Returns: `false` if this kind of cache cannot be cut there; it is then as it was.
    func remove(_ sequence: llama_seq_id, from position: Int) -> Bool {
        llama_memory_seq_rm(memory, sequence, llama_pos(position), -1)
    }

    /// Lets a sequence without tokens begin with the first tokens of another one, in the same cells.
    func share(_ count: Int, of source: llama_seq_id, with sequence: llama_seq_id) {
        llama_memory_seq_cp(memory, source, sequence, 0, llama_pos(count))
    }

    /// Whether the cache has all positions of a sequence from the first on, so that others can begin with them.
    func holdsBeginning(_ sequence: llama_seq_id) -> Bool {
        llama_memory_seq_pos_min(memory, sequence) == 0
    }
}
