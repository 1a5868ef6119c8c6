/// The events of one generation, for one reader.
///
/// It ends after `.finished`, or throws an ``EngineError`` or `CancellationError`. A plain `AsyncThrowingStream` just
/// ends when its reader is cancelled, which would look like an answer that came to its end.
package struct GenerationStream: AsyncSequence, Sendable {
    package typealias Element = GenerationEvent
    package typealias Failure = any Error

    private let events: AsyncThrowingStream<GenerationEvent, any Error>

    package init(_ events: AsyncThrowingStream<GenerationEvent, any Error>) {
        self.events = events
    }

    /// The events that a task sends. The task is cancelled when nobody reads them any more.
    package static func made(
        _ produce:
            @escaping @Sendable (_ send: @escaping @Sendable (GenerationEvent) -> Void) async throws -> Void
    ) -> GenerationStream {
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let task = Task {
            do {
                try await produce { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return GenerationStream(stream)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(base: events.makeAsyncIterator()) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncThrowingStream<GenerationEvent, any Error>.Iterator

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> GenerationEvent? {
            if let event = try await base.next(isolation: actor) { return event }
            try Task.checkCancellation()
            return nil
        }

        package mutating func next() async throws -> GenerationEvent? { try await next(isolation: nil) }
    }
}
