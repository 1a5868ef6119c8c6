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
