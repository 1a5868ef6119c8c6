package import Foundation
package import Inference
package import Logging

/// The engine inside the process: libllama on GGUF files, without any server.
///
/// Any number of callers may ask at once; those who ask for the same model are answered side by side, as far as there is
/// room. A model is loaded when it is first asked for, with the context that the request wants, and stays until another
/// one is asked for, nobody asks for long, or the engine is shut down. A request that wants more context than the model
/// was loaded with has it loaded again.
package final class LlamaEngine: Engine {
    /// What can be set; the defaults are for everyday use.
    package struct Options: Sendable {
        /// The threads that compute; `nil` takes as many as there are processors for us.
        package var threads: Int?
        /// The context in tokens where neither request nor model set a smaller one.
        package var defaultContext: Int
        /// The requests that one model answers side by side; `nil` takes as many as serve a machine like this.
        package var parallel: Int?
        /// The models that stay loaded at the same time.
        package var loadedModels: Int
        /// The layers that a GPU computes, where there is one; `nil` for all.
        package var gpuLayers: Int?
        /// What the cache keeps its keys and values in.
        package var cacheType: CacheType
        /// Whether what may come next is guessed and checked in one call.
        package var makesDrafts: Bool
        /// A model that nobody asks for as long as this is let go of.
        package var unloadAfter: Duration
        /// The memory that models may use, asked before each is loaded; `nil` if unknown.
        package var availableMemory: @Sendable () -> Int?
        /// The clock of chat templates that write today's date.
        package var now: @Sendable () -> Date

        package init(
            threads: Int? = nil, defaultContext: Int = 4096, parallel: Int? = nil, loadedModels: Int = 1,
            gpuLayers: Int? = nil, cacheType: CacheType = .f16, makesDrafts: Bool = true,
            unloadAfter: Duration = .seconds(600),
            availableMemory: @escaping @Sendable () -> Int? = AvailableMemory.current,
            now: @escaping @Sendable () -> Date = { Date() }
        ) {
            self.threads = threads
            self.defaultContext = defaultContext
            self.parallel = parallel
            self.loadedModels = loadedModels
            self.gpuLayers = gpuLayers
            self.cacheType = cacheType
            self.makesDrafts = makesDrafts
            self.unloadAfter = unloadAfter
            self.availableMemory = availableMemory
            self.now = now
        }
    }

    package let name: String
    package let counters = EngineCounters()
    private let shelf: ModelShelf
    private let core: EngineCore
    private let previews: PreviewDesk
    private let embeddings: EmbeddingDesk
    private let log: LlamaLog.Subscription

    /// - Parameters:
    ///   - catalog: Where models are found.
    ///   - digests: The digests of their files; shared by all who need them.
    ///   - logger: Gets libllama's log at debug level, and warnings about models.
    package init(
        name: String = "local", catalog: ModelCatalog, digests: ModelDigests, logger: Logger,
        options: Options = Options()
    ) {
        self.name = name
        log = LlamaLog.Subscription(logger)
        let settings = ModelWorker.Settings(
            threads: max(1, options.threads ?? Processors.available), defaultContext: options.defaultContext,
            parallel: options.parallel, counters: counters, gpuLayers: options.gpuLayers,
            cacheType: options.cacheType, makesDrafts: options.makesDrafts, unloadAfter: options.unloadAfter,
            availableMemory: options.availableMemory,
            now: options.now, logger: logger)
        shelf = ModelShelf(engine: name, catalog: catalog, digests: digests)
        core = EngineCore(shelf: shelf, capacity: options.loadedModels, settings: settings)
        previews = PreviewDesk(shelf: shelf, settings: settings)
        embeddings = EmbeddingDesk(shelf: shelf, settings: settings)
    }

    deinit {
        core.close()
    }

    package func models() async throws(EngineError) -> [ModelDescription] {
        try await onThread { [shelf] _ in shelf.models() }
    }

    package func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        try await onThread { [shelf] _ in try shelf.describe(model) }
    }

    package func identity(of model: String) async throws(EngineError) -> ModelIdentity {
        try await onThread { [shelf] isCancelled in try shelf.open(model, isCancelled: isCancelled).identity }
    }

    package func identity(for request: GenerationRequest) async throws(EngineError) -> ModelIdentity {
        try await onThread { [shelf] isCancelled in
            try shelf.identity(of: try shelf.open(request, isCancelled: isCancelled), for: request)
        }
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        guard !core.isClosed else { throw EngineCore.closed }
        return try await onThread { [embeddings] isCancelled in
            try embeddings.embed(texts, model: model, isCancelled: isCancelled)
        }
    }

    package func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        try request.check()
        guard !core.isClosed else { throw EngineCore.closed }
        return try await onThread { [previews] _ in try previews.preview(request) }
    }

    package func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        guard !core.isClosed else { throw EngineCore.closed }
        return try await onThread { [previews] _ in
            try previews.tokenLengths(of: text, model: model)
        }
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let job = GenerationJob(request, continuation)
        continuation.onTermination = { [core] _ in
            job.cancel()
            core.forget(job)
        }
        do {
            try request.check()
            core.submit(job)
        } catch {
            job.fail(error)
        }
        return GenerationStream(stream)
    }

    package func shutdown() async {
        core.close()
        try? await DedicatedThread.run("nightjar-shutdown") { [core] in core.waitUntilEnded() }
        previews.clear()
        embeddings.clear()
    }

    /// - Parameter body: Is given how to learn that the task was cancelled.
    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Value
    ) async throws(EngineError) -> Value {
        let isCancelled = Flag()
        do {
            return try await withTaskCancellationHandler {
                try await DedicatedThread.run("nightjar-models") { try body { isCancelled.isRaised } }
            } onCancel: {
                isCancelled.raise()
            }
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.engineFailed, "\(error)")
        }
    }
}
