import CLlama
import Inference

/// A model in libllama's memory, whole or with its vocabulary only; freed with the last reference to it.
///
/// `@unchecked Sendable`: the pointer never changes, and libllama only reads a model after loading it.
final class LlamaModel: @unchecked Sendable {
    let pointer: OpaquePointer
    let vocabulary: Vocabulary

    private init(pointer: OpaquePointer, vocabulary: Vocabulary) {
        self.pointer = pointer
        self.vocabulary = vocabulary
    }

    deinit {
        llama_model_free(pointer)
    }

    /// Loads a model; blocks until it is there.
    /// - Parameters:
    ///   - gpuLayers: `nil` leaves it to libllama, which takes all.
    ///   - progress: Told how far the loading is, from 0 to 1; returns `false` to give up.
    /// - Returns: `nil` if `progress` gave up.
    static func load(
        _ file: ModelFile, vocabularyOnly: Bool, gpuLayers: Int? = nil,
        progress: @escaping (Double) -> Bool = { _ in true }
    ) throws(EngineError) -> LlamaModel? {
        LlamaBackend.start()
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        let report = ProgressReport(progress)
        var parameters = llama_model_default_params()
        parameters.vocab_only = vocabularyOnly
        // libllama's code for Intel's matrix unit, built by GCC 12 as Debian 12 has it, dies of an illegal instruction
        // with most quantized models: the compiler leaves out most of what configures the unit.
        if Processors.haveMatrixUnit { parameters.use_extra_bufts = false }
        if let gpuLayers { parameters.n_gpu_layers = Int32(clamping: gpuLayers) }
        parameters.progress_callback = { progress, report in
            guard let report else { return true }
            return Unmanaged<ProgressReport>.fromOpaque(report).takeUnretainedValue().tell(Double(progress))
        }
        parameters.progress_callback_user_data = Unmanaged.passUnretained(report).toOpaque()
        let pointer = withExtendedLifetime(report) { llama_model_load_from_file(file.path, parameters) }
        guard let pointer else {
            if report.hasGivenUp { return nil }
            throw loadError(file)
        }
        guard let vocabulary = Vocabulary(model: pointer) else {
            llama_model_free(pointer)
            throw EngineError(
                .modelUnsupported, "\(file.reference) (\(file.path)) has no tokenizer, so no text can be given to it.")
        }
        return LlamaModel(pointer: pointer, vocabulary: vocabulary)
    }

    /// Why the model cannot answer conversations, as the end of a sentence; `nil` if it can.
    var problem: String? {
        if llama_model_has_encoder(pointer) || !llama_model_has_decoder(pointer) {
            return "is an encoder and writes no text: take a model for chat or completion."
        }
        if llama_model_is_diffusion(pointer) {
            return "is a diffusion model, which cannot be run here."
        }
        return nil
    }

    /// libllama gives its reason for not loading a model only in its log.
    private static func loadError(_ file: ModelFile) -> EngineError {
        let errors = LlamaLog.takeErrors()
        if errors.contains(where: { $0.contains("unknown model architecture") }) {
            return EngineError(
                .modelUnsupported,
                "\(file.reference) is of the kind `\(file.metadata.architecture ?? "?")`, which this libllama does not "
                    + "know: use a newer libllama, or run the model on a server.")
        }
        let reasons = errors.map(reason).filter { !$0.isEmpty && !$0.hasPrefix("failed to load model") }
        let isMemory = errors.contains { $0.contains("alloc") }
        return EngineError(
            isMemory ? .outOfMemory : .modelDamaged,
            "\(file.reference) (\(file.path)) cannot be loaded: \(reasons.first ?? "libllama gives no reason").")
    }

    /// A log line without the names of libllama's functions in front.
    static func reason(_ line: String) -> String {
        var text = line[...]
        while let colon = text.firstIndex(of: ":"),
            text[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == " " }),
            text[..<colon].contains("_") || text[..<colon].contains("error")
        {
            text = text[text.index(after: colon)...].drop { $0 == " " }
        }
        return String(text)
    }
}

/// Carries the progress closure through libllama's C callback.
private final class ProgressReport {
    private let progress: (Double) -> Bool
    private(set) var hasGivenUp = false

    init(_ progress: @escaping (Double) -> Bool) {
        self.progress = progress
    }

    func tell(_ value: Double) -> Bool {
        let goesOn = progress(value)
        if !goesOn { hasGivenUp = true }
        return goesOn
    }
}
