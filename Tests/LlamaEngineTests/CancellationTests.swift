import Foundation
import Inference
import LlamaEngine
import Synchronization
import Testing

@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(3)))
struct CancellationTests {
    /// Ends by itself at the earliest when the context is full, or when chance will have it.
    private let endless = request(
        "Tell me everything.", sampler: SamplerSettings(temperature: 5, topK: nil, topP: nil, minP: nil),
        maxTokens: 100_000)

    @Test func `cancelling the reader ends the generation, and the engine goes on`() async throws {
        try await Fixture.with { fixture in
            let (seen, mark) = AsyncStream<Void>.makeStream()
            let task = Task {
                while true {
                    for try await event in fixture.engine.generate(endless) {
                        if case .text = event { mark.yield() }
                    }
                }
            }
            for await _ in seen { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let after = try await Answer(fixture.engine.generate(request(maxTokens: 4)))
            #expect(after.result != nil)
        }
    }

    @Test func `leaving the loop ends the generation`() async throws {
        try await Fixture.with { fixture in
            for try await event in fixture.engine.generate(endless) {
                if case .text = event { break }
            }
            let after = try await Answer(fixture.engine.generate(request(maxTokens: 2)))
            #expect(after.result != nil)
        }
    }

    @Test func `a stream that is never read does not hold up others`() async throws {
        try await Fixture.with { fixture in
            _ = fixture.engine.generate(endless)
            let after = try await Answer(fixture.engine.generate(request(maxTokens: 2)))
            #expect(after.result != nil)
        }
    }

    @Test func `waiting requests can be cancelled, the others are answered`() async throws {
        try await Fixture.with { fixture in
            let tasks = (0..<10).map { number in
                Task { try await Answer(fixture.engine.generate(request("\(number)", maxTokens: 40))).result }
            }
            for (number, task) in tasks.enumerated() where number % 2 == 1 { task.cancel() }
            for (number, task) in tasks.enumerated() {
                let result = await task.result
                if number % 2 == 0 {
                    let answer = try result.get()
                    #expect(answer != nil)
                } else if case .failure(let error) = result {
                    #expect(error is CancellationError)
                }
            }
        }
    }

    @Test func `many cancellations at random moments leave the engine in order`() async throws {
        try await Fixture.with { fixture in
            let alone = try #require(try await Answer(fixture.engine.generate(request())).result).text
            for round in 0..<30 {
                let task = Task { try await Answer(fixture.engine.generate(endless)).result }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...(round + 1))))
                task.cancel()
                _ = await task.result
            }
            #expect(try await Answer(fixture.engine.generate(request())).result?.text == alone)
        }
    }

    @Test func `shutting down ends what runs and refuses what comes`() async throws {
        try await Fixture.with { fixture in
            let tasks = (0..<4).map { _ in
                Task {
                    while true { _ = try await Answer(fixture.engine.generate(endless)) }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            await fixture.engine.shutdown()
            for task in tasks {
                let error = await engineError { _ = try await task.value }
                #expect(error?.code == .closed)
            }
            let late = await engineError { _ = try await Answer(fixture.engine.generate(request())) }
            #expect(late?.code == .closed)
            await fixture.engine.shutdown()
        }
    }

    @Test func `an engine that is only let go of ends by itself`() async throws {
        let engine = LlamaEngine(
            catalog: ModelCatalog(stores: []), digests: ModelDigests(cachePath: nil), logger: Fixture.quiet)
        _ = try await engine.models()
    }
}
