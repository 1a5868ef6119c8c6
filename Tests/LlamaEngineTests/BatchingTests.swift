import EngineSoak
import Foundation
import Inference
import Jinja
import LlamaEngine
import Testing

/// Many requests at once: they share the cache and what they have in common, and nobody is lost.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(10)))
struct BatchingTests {
    private static func answers(
        _ requests: [GenerationRequest], _ engine: LlamaEngine
    ) async throws -> [GenerationResult] {
        try await withThrowingTaskGroup(of: (Int, GenerationResult?).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await Answer(engine.generate(request)).result) }
            }
            var results = [GenerationResult?](repeating: nil, count: requests.count)
            while let (index, result) = try await group.next() { results[index] = result }
            return results.compactMap(\.self)
        }
    }

    private static let preamble = String(repeating: "Each ticket has a subject and a text. ", count: 20)

    private static func requests(_ count: Int) -> [GenerationRequest] {
        (0..<count).map { request(preamble + "This is ticket \($0).") }
    }

    @Test func whatPromptsHaveInCommonIsEvaluatedOnce() async throws {
        try await Fixture.with { fixture in
            let results = try await Self.answers(Self.requests(24), fixture.engine)
            #expect(results.count == 24)
            let evaluated = results.reduce(0) { $0 + ($1.work?.promptTokens ?? 0) }
            let longest = try #require(results.map(\.promptTokens).max())
            // The first evaluates all, and each of the others its own end.
            #expect(evaluated < longest + 24 * 20)
            for result in results {
                let work = try #require(result.work)
                #expect(work.promptTokens + work.reused == result.promptTokens)
            }
            // One that comes later finds the beginning still there.
            let later = try #require(
                try await Self.answers([request(Self.preamble + "And one more.")], fixture.engine).first)
            #expect((later.work?.reused ?? 0) > longest - 30)
        }
    }

    @Test func manyAreDecodedInOneCall() async throws {
        try await Fixture.with { fixture in
            let results = try await Self.answers(Self.requests(16), fixture.engine)
            let tokens = results.reduce(0) { $0 + $1.generatedTokens }
            #expect(fixture.engine.counters.decodeCalls < tokens / 3)
        }
    }

    @Test func answersThatAreToBeReproducibleAreTheSameWhateverRunsBeside() async throws {
        try await Fixture.with { fixture in
            var requests = Self.requests(12)
            for index in requests.indices {
                requests[index].isReproducible = true
                if index % 2 == 1 { requests[index].sampler = SamplerSettings(temperature: 1.5, seed: UInt32(index)) }
            }
            var alone: [String] = []
            for request in requests { alone += try await Self.answers([request], fixture.engine).map(\.text) }
            let others = (0..<12).map { request("Something else, number \($0).") }
            let mixed = zip(requests, others).flatMap { [$0, $1] }
            let together = try await Self.answers(mixed, fixture.engine)
            #expect(together.count == 24)
            #expect(stride(from: 0, to: 24, by: 2).map { together[$0].text } == alone)
        }
    }

    @Test func aCacheThatIsTooSmallForAllLetsThemWait() async throws {
        // Four contexts of 256 tokens, for sixteen requests that each take nearly one.
        try await Fixture.with { fixture in
            let requests = (0..<40).map { number in
                request(
                    String(repeating: "word \(number) ", count: 30),
                    sampler: SamplerSettings(temperature: 5, topK: nil, topP: nil, minP: nil, seed: UInt32(number)),
                    maxTokens: 200, context: 256)
            }
            let results = try await Self.answers(requests, fixture.engine)
            #expect(results.count == 40)
            for result in results { #expect(result.promptTokens + result.generatedTokens <= 257) }
        }
    }

    @Test func whatIsGuessedDoesNotChangeTheAnswer() async throws {
        try await Fixture.with(.init(threads: 1, parallel: 1)) { fixture in
            // A text that repeats itself is guessed right, most of the time.
            let list = (1...12).map { _ in "one two three four five six seven. " }.joined()
            for seed in 1...4 {
                var plain = request(list, sampler: SamplerSettings(temperature: 0.7, seed: UInt32(seed)), maxTokens: 60)
                plain.isReproducible = true
                var guessed = plain
                guessed.isReproducible = false
                let one = try #require(try await Self.answers([plain], fixture.engine).first)
                let other = try #require(try await Self.answers([guessed], fixture.engine).first)
                #expect(one.work?.drafted == 0)
                #expect(one.text == other.text)
            }
        }
    }

    @Test func aModelThatNobodyAsksForIsLetGoOf() async throws {
        for (wait, isLoadedAgain) in [(Duration.zero, true), (.seconds(600), false)] {
            try await Fixture.with(.init(threads: 1, unloadAfter: wait)) { fixture in
                let first = try await Answer(fixture.engine.generate(request()))
                let second = try await Answer(fixture.engine.generate(request()))
                #expect(first.result?.text == second.result?.text)
                #expect(((second.result?.timings.load ?? .zero) > .zero) == isLoadedAgain)
            }
        }
    }

    @Test(arguments: [CacheType.q8, .q4])
    func aSmallerCacheTakesLessMemoryAndAnswers(_ type: CacheType) async throws {
        // What a cache of 16 bits does not fit into.
        let available = { @Sendable in 51_900_000 }
        try await Fixture.with(.init(threads: 1, availableMemory: available)) { fixture in
            let error = await engineError { _ = try await Answer(fixture.engine.generate(request())) }
            #expect(error?.code == .outOfMemory)
        }
        try await Fixture.with(.init(threads: 1, cacheType: type, availableMemory: available)) { fixture in
            let answer = try await Answer(fixture.engine.generate(request()))
            #expect(answer.result?.text.isEmpty == false)
        }
    }

    @Test func aSoakOfMixedRequestsLosesNone() async throws {
        try await Fixture.with(.init(threads: 1, parallel: 6)) { fixture in
            var soak = EngineSoak(fixture.engine, model: "fledgling", seed: 3)
            var ends = 0
            await soak.run(200, together: 20) { outcome in
                ends += 1
                #expect(outcome.problem == nil, "\(outcome.kind)")
            }
            #expect(ends == 200)
            // Nothing is left behind that is in the way.
            let last = try await Answer(fixture.engine.generate(request()))
            #expect(last.result != nil)
        }
    }
}
