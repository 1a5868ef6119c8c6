import Inference
import LlamaEngine
import Testing

@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(3)))
struct GenerationTests {
    @Test func `the streamed parts together are the final text, and events come in order`() async throws {
        try await Fixture.with { fixture in
            let answer = try await Answer(fixture.engine.generate(request()))
            let result = try #require(answer.result)
            #expect(answer.streamed == result.text)
            #expect(result.generatedTokens <= 24)
            #expect(result.promptTokens > 0)
            #expect(result.seed == nil)
            #expect(result.model.reference == "local/fledgling")
            #expect(result.model.digest?.hasPrefix("sha256:") == true)
            let ranks = answer.events.map { event in
                switch event {
                case .waiting, .passedOver, .loading: 0
                case .evaluating, .started: 1
                case .text, .reasoning: 2
                case .finished: 3
                }
            }
            #expect(ranks == ranks.sorted())
            #expect(ranks.contains(0) && ranks.filter { $0 == 1 }.count == 2 && ranks.last == 3)
        }
    }

    @Test func `the cap on tokens ends an answer, which is then cut`() async throws {
        try await Fixture.with { fixture in
            let result = try #require(try await Answer(fixture.engine.generate(request(maxTokens: 3))).result)
            #expect(result.generatedTokens <= 3)
            #expect(result.finishReason == (result.generatedTokens == 3 ? .length : .stop))
        }
    }

    @Test func `greedy decoding gives the same answer whatever was asked before`() async throws {
        try await Fixture.with { fixture in
            let prompts = (1...4).map { String(repeating: "word \($0) ", count: 45 * $0) }
            var first: [String] = []
            for prompt in prompts {
                first.append(try #require(try await Answer(fixture.engine.generate(request(prompt))).result).text)
            }
            for (prompt, text) in zip(prompts, first).reversed() {
                let again = try #require(try await Answer(fixture.engine.generate(request(prompt))).result)
                #expect(again.text == text)
            }
        }
    }

    @Test func `a seed gives the same answer again, and a drawn one is reported`() async throws {
        try await Fixture.with { fixture in
            let drawn = try #require(
                try await Answer(
                    fixture.engine.generate(request(sampler: SamplerSettings(temperature: 1.5, topP: nil)))
                ).result)
            let seed = try #require(drawn.seed)
            let again = try #require(
                try await Answer(
                    fixture.engine.generate(request(sampler: SamplerSettings(temperature: 1.5, topP: nil, seed: seed)))
                ).result)
            #expect(again.text == drawn.text)
            #expect(again.seed == seed)
        }
    }

    @Test func `concurrent callers are all answered, each with its own answer`() async throws {
        try await Fixture.with { fixture in
            let alone = try #require(try await Answer(fixture.engine.generate(request("1"))).result).text
            let texts = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for number in 0..<12 {
                    group.addTask {
                        (number, try await Answer(fixture.engine.generate(request("\(number)"))).result?.text)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(texts.count == 12)
            #expect(texts[1] == alone)
        }
    }

    @Test func `a stop text ends the answer before it, also across tokens`() async throws {
        try await Fixture.with { fixture in
            let full = try #require(try await Answer(fixture.engine.generate(request())).result).text
            try #require(full.count > 8)
            let stop = String(full.dropFirst(3).prefix(5))
            let answer = try await Answer(fixture.engine.generate(request(stop: [stop])))
            let result = try #require(answer.result)
            let expected = full.firstRange(of: stop).map { String(full[..<$0.lowerBound]) }
            #expect(result.text == expected)
            #expect(answer.streamed == result.text)
            #expect(result.finishReason == .stop)
        }
    }

    @Test func `the end of the context ends an answer`() async throws {
        try await Fixture.with { fixture in
            let limit = 64
            let answer = try await Answer(
                fixture.engine.generate(
                    request(
                        sampler: .init(temperature: 5, topK: nil, topP: nil, minP: nil, seed: 1), maxTokens: 1000,
                        context: limit)))
            let result = try #require(answer.result)
            #expect(result.promptTokens + result.generatedTokens <= limit + 1)
            if result.promptTokens + result.generatedTokens == limit + 1 { #expect(result.finishReason == .length) }
        }
    }

    @Test func `what is previewed is what is evaluated`() async throws {
        try await Fixture.with { fixture in
            let asked = request("Ça va? <|im_end|> \u{1F989}")
            let preview = try await fixture.engine.preview(asked)
            let result = try #require(try await Answer(fixture.engine.generate(asked)).result)
            #expect(result.renderedPrompt == preview.text)
            #expect(result.promptTokens == preview.tokens)
            #expect(preview.text.contains("Ça va?"))
        }
    }
}
