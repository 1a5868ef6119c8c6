import Testing

@testable import Inference

@Suite struct GenerationStreamTests {
    private func stream(_ events: [GenerationEvent], thenEnds: Bool) -> GenerationStream {
        GenerationStream(
            AsyncThrowingStream { continuation in
                for event in events { continuation.yield(event) }
                if thenEnds { continuation.finish() }
            })
    }

    @Test func aReaderThatIsCancelledBetweenTwoEventsIsTold() async {
        let stream = stream([.loading(progress: 0)], thenEnds: false)
        let reader = Task {
            var iterator = stream.makeAsyncIterator()
            _ = try await iterator.next()
            withUnsafeCurrentTask { $0?.cancel() }
            return try await iterator.next()
        }
        await #expect(throws: CancellationError.self) { try await reader.value }
    }

    @Test func aReaderThatWasCancelledBeforeIsToldAtOnce() async {
        let stream = stream([], thenEnds: false)
        let reader = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var iterator = stream.makeAsyncIterator()
            return try await iterator.next()
        }
        await #expect(throws: CancellationError.self) { try await reader.value }
    }

    @Test func aStreamThatEndsJustEnds() async throws {
        var seen: [GenerationEvent] = []
        for try await event in stream([.loading(progress: 0), .started(promptTokens: 1)], thenEnds: true) {
            seen.append(event)
        }
        #expect(seen == [.loading(progress: 0), .started(promptTokens: 1)])
    }
}
