import History
import Inference
import Jinja
import OrderedCollections
import Testing
import Workflow

@testable import Runner

@Suite struct PromptStepTests {
    @Test func theConversationAndTheSamplerReachTheEngine() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: "  It is a bug.\n")
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    prompt:
                      system: You sort tickets.
                      examples:
                        - { user: Charged twice., assistant: billing }
                      user: |
                        It ${{ 'crashes' }}.
                      temperature: 0
                      top_k: 5
                      seed: 3
                      max_tokens: 9
                      stop: [END]
                      context: 512
                outputs: { text: "${{ steps.a.text }}", tokens: "${{ steps.a.tokens }}", model: "${{ steps.a.model }}" }
                """, engine: engine)
            #expect(outcome.outputs == ["text": "It is a bug.", "tokens": 1, "model": "script/owl"])
            let request = try #require(engine.requests.first)
            #expect(request.model == "owl")
            #expect(
                request.messages == [
                    .system("You sort tickets."), .user("Charged twice."), .assistant("billing"), .user("It crashes."),
                ])
            #expect(request.sampler == SamplerSettings(temperature: 0, topK: 5, topP: 0.95, minP: 0.05, seed: 3))
            #expect(request.maxTokens == 9)
            #expect(request.stop == ["END"])
            #expect(request.context == 512)
        }
    }

    @Test(arguments: [
        ModelCase(step: "script/step", run: "script/run", workflow: "script/flow", asked: "step"),
        ModelCase(step: nil, run: "script/run", workflow: "script/flow", asked: "run"),
        ModelCase(step: nil, run: nil, workflow: "script/flow", asked: "flow"),
        ModelCase(step: nil, run: nil, workflow: nil, asked: "usual"),
        ModelCase(step: "writer", run: nil, workflow: nil, asked: "poet"),
    ])
    func theNearestModelIsAsked(model: ModelCase) async throws {
        try await ProjectFolder.with { project in
            let configuration = try Configuration(
                SourceText(
                    file: "nightjar.yaml", text: "default_model: script/usual\nmodels: { writer: script/poet }"))
            let engine = ScriptedEngine(saying: "yes")
            let defaults = model.workflow.map { "defaults: { model: \($0) }\n" } ?? ""
            let own = model.step.map { "    model: \($0)\n" } ?? ""
            let outcome = try await project.run(
                defaults + "steps:\n  - id: a\n\(own)    prompt: Hello", engine: engine, configuration: configuration,
                model: model.run)
            #expect(outcome.state == .done)
            #expect(engine.requests.map(\.model) == [model.asked])
        }
    }

    @Test func anAliasGivesWhatTheStepLeavesOpen() async throws {
        try await ProjectFolder.with { project in
            let configuration = try Configuration(
                SourceText(
                    file: "nightjar.yaml",
                    text:
                        "models: { writer: { model: script/poet, system: Be kind., temperature: 0.1, max_tokens: 5 } }")
            )
            let engine = ScriptedEngine(saying: "yes")
            _ = try await project.run(
                "steps:\n  - id: a\n    prompt: Hello\n  - id: b\n    prompt: { user: Hi, system: Be short., temperature: 1 }",
                engine: engine, configuration: configuration, model: "writer")
            #expect(engine.requests.map { $0.messages.first } == [.system("Be kind."), .system("Be short.")])
            #expect(engine.requests.map(\.sampler.temperature) == [0.1, 1])
            #expect(engine.requests.map(\.maxTokens) == [5, 5])
        }
    }

    @Test(arguments: [
        NoModelCase(nil, "no_model", "no model is named"),
        NoModelCase("scrpt/owl", "model_not_found", "did you mean `script`?"),
        NoModelCase("owl", "invalid_request", "did you mean `local/owl`?"),
        NoModelCase("./owl.gguf", "model_not_found", "nothing here runs a model file"),
    ])
    func aModelThatIsNotThereIsOneSentence(model: NoModelCase) async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run("steps:\n  - id: a\n    prompt: Hello", model: model.name)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == model.code)
            #expect(outcome.error?.message.contains(model.message) == true, "\(outcome.error?.message ?? "")")
        }
    }

    @Test func anAnswerThatWasCutOffFailsTheStep() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                "steps:\n  - id: a\n    prompt: Hello", engine: ScriptedEngine(saying: "half an ans", cutOff: true))
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == "answer_truncated")
            // What the model did is kept.
            let call = try #require(try await project.history.calls(of: project.record(outcome).id).first)
            #expect(call.result.response == "half an ans")
            #expect(call.result.finishReason == "length")
        }
    }

    @Test func anAnswerThatWasCutOffIsTakenWhereTheStepSaysSo() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    prompt: { user: Hello, allow_truncated: true }
                outputs: { text: "${{ steps.a.text }}", reason: "${{ steps.a.finish_reason }}" }
                """, engine: ScriptedEngine(saying: "half an ans", cutOff: true))
            #expect(outcome.outputs == ["text": "half an ans", "reason": "length"])
        }
    }

    @Test func aFailureOfTheEngineIsTheRunsAndIsRecorded() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine { _ in throw EngineError(.outOfMemory, "There is no room for the model.") }
            let outcome = try await project.run("steps:\n  - id: a\n    prompt: Hello", engine: engine)
            let expected = RecordedError(code: "out_of_memory", message: "There is no room for the model.")
            #expect(outcome.state == .failed)
            #expect(outcome.error == expected)
            let run = try await project.record(outcome)
            #expect(run.summary.error == expected)
            let call = try #require(try await project.history.calls(of: run.id).first)
            #expect(call.state == .failed)
            #expect(call.error == expected)
            #expect(try await project.history.steps(of: run.id).map(\.state) == [.failed])
        }
    }

    @Test func aStreamThatEndsWithoutAReasonFails() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(unfinished: true) { _ in .init("half") }
            let outcome = try await project.run("steps:\n  - id: a\n    prompt: Hello", engine: engine)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == "engine_failed")
            let call = try #require(try await project.history.calls(of: project.record(outcome).id).first)
            #expect(call.result.response == "half")
        }
    }

    @Test func thePiecesOfAnAnswerAreReportedAsTheyCome() async throws {
        try await ProjectFolder.with { project in
            let pieces = Collected<String>()
            _ = try await project.run(
                "steps:\n  - id: a\n    prompt: Hello", engine: ScriptedEngine { _ in .init("one ", "two ", "three") }
            ) { event in
                if case .modelText(_, let text, _) = event { pieces.add(text) }
            }
            #expect(pieces.all == ["one ", "two ", "three"])
        }
    }
}

struct ModelCase: Sendable {
    let step: String?
    let run: String?
    let workflow: String?
    let asked: String
}

struct NoModelCase: Sendable {
    let name: String?
    let code: String
    let message: String

    init(_ name: String?, _ code: String, _ message: String) {
        self.name = name
        self.code = code
        self.message = message
    }
}
