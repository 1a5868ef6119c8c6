import CLlama
import Inference

/// libllama's working state for one model: the cache of keys and values, and the buffers of the computation.
///
/// Belongs to one decode thread; only the abort signal may be touched from elsewhere.
final class LlamaContext {
    let model: LlamaModel
    let pointer: OpaquePointer
    let abort: AbortSignal
    /// The positions that the cache holds for one sequence.
    let capacity: Int

    /// - Parameters:
    ///   - positions: The positions that must fit for one sequence.
    ///   - chunk: The most tokens in one call of `llama_decode`.
    init(
        _ model: LlamaModel, file: ModelFile, positions: Int, chunk: Int, sequences: Int, threads: Int
    ) throws(EngineError) {
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        self.model = model
        abort = AbortSignal()
        var parameters = llama_context_default_params()
        parameters.n_ctx = UInt32(positions * sequences)
        parameters.n_batch = UInt32(chunk)
        parameters.n_ubatch = UInt32(chunk)
        parameters.n_seq_max = UInt32(sequences)
        parameters.n_threads = Int32(threads)
        parameters.n_threads_batch = Int32(threads)
        parameters.abort_callback = { signal in
            guard let signal else { return false }
            return Unmanaged<AbortSignal>.fromOpaque(signal).takeUnretainedValue().isRaised
        }
        parameters.abort_callback_data = Unmanaged.passUnretained(abort).toOpaque()
        guard let pointer = llama_init_from_model(model.pointer, parameters) else {
            let reason = LlamaLog.takeErrors().map(LlamaModel.reason).first ?? "libllama gives no reason"
            throw EngineError(
                .outOfMemory,
                "\(file.reference) was loaded, but a context of \(positions) tokens could not be made (\(reason)): "
                    + "set a smaller `context`, or take a smaller model.")
        }
        self.pointer = pointer
        capacity = Int(llama_n_ctx(pointer)) / sequences
    }

    deinit {
        llama_free(pointer)
    }

    var memory: llama_memory_t? { llama_get_memory(pointer) }

    /// Empties a sequence's cache from this position on.
    /// - Returns: `false` if this kind of cache cannot be cut there; it is then as it was.
    func remove(_ sequence: llama_seq_id, from position: Int) -> Bool {
        llama_memory_seq_rm(memory, sequence, llama_pos(position), -1)
    }

    /// Whether the cache still has all positions of a sequence from the first on: sliding-window and recurrent
    /// caches forget old ones, and then a beginning cannot be used again.
    func holdsBeginning(_ sequence: llama_seq_id) -> Bool {
        llama_memory_seq_pos_min(memory, sequence) == 0
    }
}
