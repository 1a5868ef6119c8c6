import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Testing
import Workflow

@testable import Runner

/// What a prompt asks for beyond text: data by a schema, pictures, thinking, limits, one context for a run.
@Suite struct AnswerSchemaTests {
    private static let step = """
          - id: a
            prompt:
              user: Sort this.
              schema:
                type: object
                required: [category]
                properties: { category: { enum: [billing, bug] } }
        """

    @Test func anAnswerThatFollowsItsSchemaIsData() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: "```json\n{\"category\": \"bug\"}\n```")
            let value = try await project.value(of: "steps.a.data.category", after: Self.step, engine: engine)
            #expect(value == "bug")
            #expect(engine.requests.first?.schema?.mapping?["required"] == ["category"])
        }
    }

    @Test func anInvalidAnswerGoesBackToTheModelWithWhatIsWrong() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine { request in
                .init(
                    request.messages.count == 1 ? #"{"category":"refund"}"# : "```\n{'category': 'Bug',}\n```")
            }
            let value = try await project.value(
                of: "[steps.a.data, steps.a.rounds, steps.a.valid, steps.a.repairs]",
                after: Self.step.replacing("prompt:", with: "prompt:\n      repair: 2"), engine: engine)
            #expect(
                value == [
                    ["category": "bug"], 1, true, ["fence", "trailing_comma", "single_quotes", "value_spelling"],
                ])
            let turns = try #require(engine.requests.last?.messages)
            #expect(turns.suffix(2).map(\.role) == [.assistant, .user])
            #expect(turns.last?.content.contains("`category` must be one of") == true)
            #expect(engine.requests.count == 2)
        }
    }

    @Test(arguments: [("keep", Value.mapping(["category": "refund"])), ("null", Value.null)])
    func whatIsStillNotRightIsKeptOrNullWhereThatIsAsked(rule: String, data: Value) async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: #"{"category":"refund"}"#)
            let value = try await project.value(
                of: "[steps.a.data, steps.a.valid, steps.a.errors | length, steps.a.rounds]",
                after: Self.step.replacing("prompt:", with: "prompt:\n      repair: 1\n      on_invalid: \(rule)"),
                engine: engine)
            #expect(value == [data, false, 1, 1])
            #expect(engine.requests.count == 2)
        }
    }

    @Test(arguments: [
        ("no idea", "no JSON"), (#"{"category":"refund"}"#, "`category` must be one of"), ("{}", "category"),
    ])
    func anAnswerThatBreaksItsSchemaFailsAndIsTriedAgainOnlyOnDemand(answer: String, message: String) async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: answer)
            let outcome = try await project.run("steps:\n\(Self.step)\n", engine: engine)
            #expect(outcome.error?.code == "answer_invalid")
            #expect(outcome.error?.message.contains(message) == true, "\(outcome.error?.message ?? "")")
            #expect(engine.requests.count == 1)
            let call = try #require(try await project.history.calls(of: project.record(outcome).id).first)
            #expect(call.call.schema?.contains("billing") == true)
        }
    }

    @Test func aSchemaThatIsWrongIsAMistakeOfTheFile() throws {
        let source = SourceText(
            file: "w.yaml", text: "version: 1\nsteps:\n  - id: a\n    prompt: { user: Hi, schema: { type: objekt } }\n")
        let folder = FileManager.default.temporaryDirectory
        let definition = try WorkflowDefinition(
            source, fallbackName: "w",
            library: WorkflowLibrary(for: folder.appending(path: "w.yaml"), in: Project(folder: folder)))
        let mistakes = definition.schemaMistakes
        #expect(mistakes.count == 1 && mistakes[0].headline.contains("the `schema` is wrong at /type"), "\(mistakes)")
    }

    @Test func picturesThinkingAndLimitsReachTheEngine() async throws {
        try await ProjectFolder.with { project in
            try project.write(Data([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]), to: "owl.png")
            try project.write("no picture", to: "owl.txt")
            let engine = ScriptedEngine(saying: "An owl.")
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    prompt: { user: What is it?, images: [owl.png], think: false, limits: { load: 3s, total: 1h } }
                """, engine: engine)
            let request = try #require(engine.requests.first)
            #expect(request.messages.last?.images.map(\.kind) == [.png])
            #expect(request.thinking == .off)
            #expect(request.limits == CallLimits.Changes(load: .seconds(3), total: .seconds(3600)))
            let call = try #require(try await project.history.calls(of: project.record(outcome).id).first)
            #expect(call.call.messages.contains("\"sha256\"") && call.call.messages.contains("owl.png"))
            let error = try await project.failure(of: "  - { id: a, prompt: { user: Hi, images: [owl.txt] } }")
            #expect(error?.message == "owl.txt is no PNG, JPEG, GIF or WebP picture")
        }
    }

    @Test func allCallsOfAModelInARunHaveOneContext() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: "Yes.")
            _ = try await project.run(
                """
                steps:
                  - { id: a, prompt: { user: Hi, context: 2048 } }
                  - { id: b, prompt: { user: Hi } }
                  - { id: c, prompt: { user: Hi, context: 8192 } }
                  - { id: d, model: script/other, prompt: { user: Hi, context: 512 } }
                """, engine: engine)
            #expect(engine.requests.map(\.context) == [8192, 8192, 8192, 512])
        }
    }

    @Test func aBusyServerIsWaitedForAsItAsksAndNeverTwiceOver() async throws {
        try await ProjectFolder.with { project in
            let waits = Collected<Duration>()
            let engine = ScriptedEngine { _ in throw EngineError(.busy, "It is busy.", retryAfter: .seconds(7)) }
            let outcome = try await project.run(
                "steps:\n  - id: all\n    steps:\n      - { id: a, prompt: Hi }", engine: engine,
                sleep: { waits.add($0) })
            #expect(outcome.error?.code == "busy")
            #expect(engine.requests.count == 4)
            #expect(waits.all.count == 3 && waits.all.allSatisfy { $0 >= .seconds(7) })
            // What the workflow says of retries holds alone.
            let own = ScriptedEngine { _ in throw EngineError(.busy, "It is busy.") }
            _ = try await project.run(
                "steps:\n  - id: all\n    retry: { max_attempts: 2, delay: 1s }\n    steps:\n      - { id: a, prompt: Hi }",
                engine: own, sleep: { _ in })
            #expect(own.requests.count == 2)
            let long = ScriptedEngine { _ in throw EngineError(.busy, "It is busy.", retryAfter: .seconds(86_400)) }
            _ = try await project.run("steps:\n  - { id: a, prompt: Hi }", engine: long, sleep: { _ in })
            #expect(long.requests.count == 1)
        }
    }
}
