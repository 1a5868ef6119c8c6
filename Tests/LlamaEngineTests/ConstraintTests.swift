import Foundation
import Inference
import Jinja
import LlamaEngine
import PythonSupport
import Testing

/// A model that may write only what a schema, a grammar or a list of choices allows.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(10)))
struct ConstraintTests {
    /// So flat a distribution that every token is about as probable as any other.
    private static func wild(_ seed: UInt32) -> SamplerSettings {
        SamplerSettings(temperature: 50, topK: nil, topP: nil, minP: nil, seed: seed)
    }

    @Test(.enabled(if: Python.has("jsonschema"))) func everyFinishedAnswerFitsItsSchema() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Schemas")
        let schemas = try String(contentsOf: folder.appending(path: "schemas.jsonl"), encoding: .utf8).split(
            separator: "\n"
        ).map { try Value(json: String($0)) }
        try await Fixture.with { fixture in
            let cases = try await withThrowingTaskGroup(of: Value?.self) { group in
                for (number, schema) in schemas.enumerated() {
                    group.addTask {
                        var request = request("\(number)", sampler: Self.wild(UInt32(number)), maxTokens: 300)
                        request.schema = schema
                        guard let result = try await Answer(fixture.engine.generate(request)).result,
                            result.finishReason == .stop
                        else { return nil }
                        let isWhole = try SchemaGrammar(schema).unconstrained.isEmpty
                        return ["schema": schema, "answer": .string(result.text), "whole": .boolean(isWhole)]
                    }
                }
                return try await group.reduce(into: [Value]()) { if let one = $1 { $0.append(one) } }
            }
            // Some come to no end: texts without a limit, and schemas that go on in themselves.
            #expect(cases.count > schemas.count / 2)
            let verdict = try #require(
                try Python.run(
                    folder.appending(path: "judge.py"), input: Data(Value.list(cases).json(.compact).utf8)))
            #expect(verdict.status == 0)
            #expect(verdict.output.isEmpty, "\(String(decoding: verdict.output, as: UTF8.self))")
        }
    }

    @Test func aChoiceIsOneOfThem() async throws {
        try await Fixture.with { fixture in
            let choices = ["left", "left turn", "über\\n\"x\"", "\n"]
            var seen: Set<String> = []
            for seed in 1...30 {
                var request = request(sampler: Self.wild(UInt32(seed)))
                request.choices = choices
                let result = try #require(try await Answer(fixture.engine.generate(request)).result)
                #expect(choices.contains(result.text))
                #expect(result.finishReason == .stop)
                seen.insert(result.text)
            }
            #expect(seen.count > 1)
        }
    }

    @Test func whatHasToComeIsNotChosenTokenByToken() async throws {
        try await Fixture.with { fixture in
            var request = request()
            request.grammar = #"root ::= "The answer to the question is: " ("yes" | "no") ", and nothing else.""#
            let result = try #require(try await Answer(fixture.engine.generate(request)).result)
            #expect(
                [
                    "The answer to the question is: yes, and nothing else.",
                    "The answer to the question is: no, and nothing else.",
                ]
                .contains(result.text))
            let work = try #require(result.work)
            #expect(work.forced > 8)
            #expect(work.steps <= 3)
            #expect(work.forced + work.steps >= result.generatedTokens)
        }
    }

    @Test func aWrongGrammarFailsItsRequestAlone() async throws {
        try await Fixture.with { fixture in
            var wrong = request()
            wrong.grammar = "root ::= root"
            let error = await engineError { _ = try await Answer(fixture.engine.generate(wrong)) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains("begins with itself") == true)
            var impossible = request()
            impossible.schema = ["enum": []]
            #expect(
                await engineError { _ = try await Answer(fixture.engine.generate(impossible)) }?.code == .invalidRequest
            )
            let last = try await Answer(fixture.engine.generate(request()))
            #expect(last.result != nil)
        }
    }
}
