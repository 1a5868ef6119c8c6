import Dispatch
import Foundation
import Inference

/// Turns texts into vectors, one request after another, with the last model kept.
///
/// `@unchecked Sendable`: the model is touched only while `lock` is held.
final class EmbeddingDesk: @unchecked Sendable {
    private let shelf: ModelShelf
    private let settings: ModelWorker.Settings
    private let lock = NSLock()
    private var last: (model: LlamaModel, loaded: EmbeddingModel)?
    /// Counts what was asked, to tell whether something was meanwhile.
    private var requests = 0

    init(shelf: ModelShelf, settings: ModelWorker.Settings) {
        self.shelf = shelf
        self.settings = settings
    }

    /// Blocks while it computes; needs much stack, as tokenizing does.
    ///
    /// - Throws: ``EngineError``, or `CancellationError`.
    func embed(
        _ texts: [String], model name: String, isCancelled: @escaping @Sendable () -> Bool
    ) throws -> Embeddings {
        let file = try shelf.open(name, isCancelled: isCancelled)
        return try lock.withLock {
            defer { clearLater() }
            let model = try model(for: file)
            let tokens = try texts.map { text in
                if isCancelled() { throw CancellationError() }
                let tokens = try EmbeddingModel.tokens(of: text, model)
                guard !tokens.isEmpty else {
                    throw EngineError(.invalidRequest, "A text to embed is empty: leave it out.")
                }
                return tokens
            }
            guard let longest = tokens.map(\.count).max() else {
                return Embeddings(vectors: [], model: file.identity, promptTokens: 0)
            }
            let loaded = try loaded(file, model, longest: longest)
            return Embeddings(
                vectors: try loaded.vectors(of: tokens, isCancelled: isCancelled), model: file.identity,
                promptTokens: tokens.reduce(0) { $0 + $1.count })
        }
    }

    /// Lets go of the model.
    func clear() {
        lock.withLock { last = nil }
    }

    /// Lets go of the model if nobody asks for long. To be called with the lock.
    private func clearLater() {
        requests += 1
        let latest = requests
        DispatchQueue.global().asyncAfter(deadline: .now() + settings.unloadAfter / .seconds(1)) { [weak self] in
            guard let self else { return }
            lock.withLock { if self.requests == latest { self.last = nil } }
        }
    }

    private func model(for file: ModelFile) throws(EngineError) -> LlamaModel {
        if let last, last.loaded.file.isSame(as: file) { return last.model }
        last = nil
        try ModelWorker.checkMemory(for: file, context: 1, chunk: 1, settings)
        guard let model = try LlamaModel.load(file, vocabularyOnly: false, gpuLayers: settings.gpuLayers) else {
            throw EngineError(.engineFailed, "\(file.reference) could not be loaded.")
        }
        return model
    }

    private func loaded(_ file: ModelFile, _ model: LlamaModel, longest: Int) throws(EngineError) -> EmbeddingModel {
        if let last, last.loaded.file.isSame(as: file), last.loaded.room >= longest { return last.loaded }
        last = nil
        let loaded = try EmbeddingModel(file, model, longest: longest, settings: settings)
        last = (model, loaded)
        return loaded
    }
}
