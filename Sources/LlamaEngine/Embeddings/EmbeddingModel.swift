import CLlama
import Inference

/// A model that is loaded to turn texts into vectors, several in one call.
///
/// Not for use by two threads at once.
final class EmbeddingModel {
    let file: ModelFile
    /// The tokens that one call takes, and with them the longest text.
    let room: Int
    private let model: LlamaModel
    private let context: OpaquePointer
    private let abort = AbortSignal()
    private var batch: llama_batch

    /// Texts in one call.
    private static let sequences = 16
    /// Room is made in steps of this, so that not every longer text makes it anew.
    private static let step = 512
    private static let longestWithoutFlashAttention = 2048

    /// - Parameter longest: The tokens of the longest text that is asked for.
    init(
        _ file: ModelFile, _ model: LlamaModel, longest: Int, settings: ModelWorker.Settings
    ) throws(EngineError) {
        let trained = file.metadata.contextLength ?? settings.defaultContext
        guard longest <= trained else {
            throw EngineError(
                .promptTooLong,
                "A text has \(longest) tokens, but \(file.reference) takes \(trained) at most: split it first.")
        }
        room = min(trained, max(1, (longest + Self.step - 1) / Self.step) * Self.step)
        // For short texts it gains nothing, and it rounds more.
        let flashAttention = room > Self.longestWithoutFlashAttention
        try ModelWorker.checkMemory(
            for: file, isLoaded: true, context: room, chunk: room, flashAttention: flashAttention, settings)
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        var parameters = llama_context_default_params()
        parameters.embeddings = true
        parameters.n_ctx = UInt32(room)
        // A model that looks at a text from both sides must get it in one piece.
        parameters.n_batch = UInt32(room)
        parameters.n_ubatch = UInt32(room)
        parameters.n_seq_max = UInt32(Self.sequences)
        parameters.kv_unified = true
        parameters.flash_attn_type = flashAttention ? LLAMA_FLASH_ATTN_TYPE_AUTO : LLAMA_FLASH_ATTN_TYPE_DISABLED
        abort.connect(to: &parameters)
        parameters.n_threads = Int32(settings.threads)
        parameters.n_threads_batch = Int32(settings.threads)
        // What a model without a way of its own says of each token is averaged.
        if file.metadata.hyperparameter("pooling_type") ?? 0 == 0 { parameters.pooling_type = LLAMA_POOLING_TYPE_MEAN }
        guard let context = llama_init_from_model(model.pointer, parameters) else {
            let reason = LlamaLog.takeReason() ?? "libllama gives no reason"
            throw EngineError(.outOfMemory, "\(file.reference) was loaded, but not its context (\(reason)).")
        }
        guard llama_pooling_type(context) != LLAMA_POOLING_TYPE_RANK else {
            llama_free(context)
            throw EngineError(
                .modelUnsupported, "\(file.reference) ranks texts and makes no vectors of them: take another model.")
        }
        self.file = file
        self.model = model
        self.context = context
        batch = llama_batch_init(Int32(room), 0, 1)
    }

    deinit {
        llama_batch_free(batch)
        llama_free(context)
    }

    /// The tokens of a text, with those that the model wants around it.
    static func tokens(of text: String, _ model: LlamaModel) throws(EngineError) -> [llama_token] {
        try model.vocabulary.tokenize(text, hasControlTokens: false, isWhole: true)
    }

    /// A vector of length 1 for each text.
    ///
    /// - Throws: ``EngineError``, or `CancellationError`.
    func vectors(of texts: [[llama_token]], isCancelled: @escaping @Sendable () -> Bool) throws -> [[Double]] {
        abort.watch(isCancelled)
        defer { abort.watch { false } }
        var vectors: [[Double]] = []
        var waiting = texts[...]
        while !waiting.isEmpty {
            var tokens = 0
            let group = waiting.prefix(Self.sequences).prefix { text in
                tokens += text.count
                return tokens <= room
            }
            do throws(EngineError) {
                vectors += try evaluate(group)
            } catch {
                throw isCancelled() ? CancellationError() : error
            }
            waiting = waiting.dropFirst(group.count)
        }
        return vectors
    }

    private func evaluate(_ texts: ArraySlice<[llama_token]>) throws(EngineError) -> [[Double]] {
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        batch.n_tokens = 0
        for (id, tokens) in texts.enumerated() {
            for (position, token) in tokens.enumerated() {
                nightjar_batch_add(&batch, token, llama_pos(position), llama_seq_id(id), true)
            }
        }
        if let memory = llama_get_memory(context) { llama_memory_clear(memory, true) }
        let isEncoder = llama_model_has_encoder(model.pointer) && !llama_model_has_decoder(model.pointer)
        let status = isEncoder ? llama_encode(context, batch) : llama_decode(context, batch)
        guard status == 0 else {
            let reason = LlamaLog.takeReason().map { ": \($0)" } ?? ""
            throw EngineError(
                .engineFailed, "\(file.reference) could not turn a text into a vector (status \(status)\(reason)).")
        }
        return try texts.indices.map { index throws(EngineError) in
            let id = llama_seq_id(index - texts.startIndex)
            guard let values = llama_get_embeddings_seq(context, id) else {
                throw EngineError(.engineFailed, "\(file.reference) gave no vector for a text.")
            }
            return try normalized(UnsafeBufferPointer(start: values, count: Int(llama_model_n_embd_out(model.pointer))))
        }
    }

    private func normalized(_ values: UnsafeBufferPointer<Float>) throws(EngineError) -> [Double] {
        let vector = values.map(Double.init)
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite else {
            throw EngineError(
                .engineFailed, "\(file.reference) computed values that are no numbers (NaN): its file is damaged.")
        }
        return length > 0 ? vector.map { $0 / length } : vector
    }
}
