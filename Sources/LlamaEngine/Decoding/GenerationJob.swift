import Inference

/// A request on its way through the engine, and the stream that its caller reads.
final class GenerationJob: Sendable {
    let request: GenerationRequest
    let submitted = ContinuousClock.now
    private let continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    private let cancelled = Flag()

    init(
        _ request: GenerationRequest, _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) {
        self.request = request
        self.continuation = continuation
    }

    /// Whether nothing else may be at work beside it.
    var isAlone: Bool { request.isReproducible || request.hasPictures }

    /// Whether nobody waits for the answer any more.
    var isCancelled: Bool { cancelled.isRaised }

    func cancel() {
        cancelled.raise()
    }

    func send(_ event: GenerationEvent) {
        continuation.yield(event)
    }

    func finish(_ result: GenerationResult) {
        continuation.yield(.finished(result))
        continuation.finish()
    }

    func fail(_ error: any Error) {
        continuation.finish(throwing: error)
    }
}
