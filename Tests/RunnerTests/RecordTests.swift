import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct RecordTests {
    @Test func everythingARunDidIsInTheRecord() async throws {
        try await ProjectFolder.with { project in
            let yaml = """
                name: nightly
                inputs: { who: { type: string } }
                steps:
                  - id: each
                    foreach: [owl, "${{ inputs.who }}"]
                    steps:
                      - id: answer
                        prompt: { system: Be kind., user: "Greet ${{ item }}.", temperature: 0.5, seed: 3, max_tokens: 20 }
                  - id: page
                    name: The page
                    write: { path: out/page.txt, text: "${{ steps.each.items | length }}" }
                outputs: { page: "${{ steps.page.path }}" }
                """
            let outcome = try await project.run(yaml, inputs: ["who": "nightjar"])
            #expect(outcome.work.calls == 2)
            #expect(outcome.work.promptTokens == 14)
            #expect(outcome.work.generatedTokens == 2)
            #expect(outcome.work.files == ["out/page.txt"])

            let run = try await project.record(outcome)
            #expect(run.summary.state == .done)
            #expect(run.summary.workflow == "nightly")
            #expect(run.summary.ended != nil)
            #expect(run.workflowText == "version: 1\n" + yaml)
            #expect(run.workflowSHA256.count == 64)
            #expect(run.inputs == #"{"who":"nightjar"}"#)
            #expect(run.outputs == #"{"page":"out/page.txt"}"#)
            #expect(run.path == project.url.appending(path: "test.yaml").path)
            #expect(run.summary.totals.calls == 2)
            #expect(run.summary.totals.itemsDone == 2)
            #expect(run.summary.totals.promptTokens == 14)
            #expect(run.summary.totals.files == 1)

            let steps = try await project.history.steps(of: run.id)
            #expect(steps.map(\.path) == ["each", "each[0].answer", "each[1].answer", "page"])
            #expect(steps.map(\.kind) == ["steps", "prompt", "prompt", "write"])
            #expect(steps.map(\.name) == [nil, nil, nil, "The page"])
            #expect(steps.allSatisfy { $0.state == .done && $0.ended != nil })

            let items = try await project.history.items(of: run.id)
            #expect(items.map(\.index) == [0, 1])
            #expect(items.map(\.label) == ["owl", "nightjar"])
            #expect(items.map(\.state) == [.done, .done])
            #expect(steps.compactMap(\.item) == items.map(\.row))

            let calls = try await project.history.calls(of: run.id)
            #expect(calls.map(\.stepPath) == ["each[0].answer", "each[1].answer"])
            let call = try #require(calls.last)
            #expect(call.state == .done)
            #expect(call.call.engine == "script")
            #expect(call.call.model == "script/owl")
            #expect(call.call.maxTokens == 20)
            #expect(
                try Value(json: call.call.messages) == [
                    ["role": "system", "content": "Be kind."], ["role": "user", "content": "Greet nightjar."],
                ])
            let sampler = try Value(json: call.call.sampler)
            #expect(sampler["temperature"] == 0.5)
            #expect(sampler["seed"] == 3)
            #expect(call.result.response == "Good evening.")
            #expect(call.result.renderedPrompt == "<rendered>")
            #expect(call.result.digest == "sha256:feed")
            #expect(call.result.seed == 42)
            #expect(call.result.promptTokens == 7)
            #expect(call.result.generatedTokens == 1)
            #expect(call.result.finishReason == "stop")
            #expect(call.result.seconds?.generation == 0.02)

            let files = try await project.history.files(of: run.id)
            #expect(files.map(\.stepPath) == ["page"])
            #expect(files.map(\.bytes) == [1])
            #expect(files.map(\.sha256) == ["d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"])
            #expect(files.first?.path.hasSuffix("/project/out/page.txt") == true)
        }
    }

    @Test func aStepIsInTheRecordBeforeItsModelAnswers() async throws {
        try await ProjectFolder.with { project in
            let history = project.history
            let seen = Collected<String>()
            let engine = ScriptedEngine { _ in
                let run = try await history.run("latest")
                seen.add("run \(run.summary.state.rawValue)")
                for step in try await history.steps(of: run.id) { seen.add("\(step.path) \(step.state.rawValue)") }
                for call in try await history.calls(of: run.id) { seen.add("call \(call.state.rawValue)") }
                return .init("yes")
            }
            _ = try await project.run(
                "steps:\n  - { id: a, set: { x: 1 } }\n  - { id: b, prompt: Hello }\n  - { id: c, set: { x: 1 } }",
                engine: engine)
            #expect(seen.all == ["run running", "a done", "b running", "call running"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func anInterruptedRunIsRecordedWithAllThatWasGoingOn() async throws {
        try await ProjectFolder.with { project in
            let began = Signal()
            let engine = ScriptedEngine { request in
                if request.messages == [.user("first")] { return .init("done") }
                await began.give()
                try await waitForCancellation()
            }
            let run = try project.prepare(
                """
                steps:
                  - id: outer
                    steps:
                      - id: each
                        foreach: [first, second, third]
                        steps:
                          - { id: ask, prompt: "${{ item }}" }
                  - { id: after, write: { path: a.txt, text: x } }
                outputs: { x: 1 }
                """, engine: engine)
            let task = Task { try await run.execute(inputs: [:]) }
            await began.wait()
            task.cancel()
            let outcome = try await task.value
            #expect(outcome.state == .interrupted)
            #expect(outcome.error?.code == "interrupted")
            #expect(outcome.outputs.isEmpty)
            #expect(project.contents == [])

            let record = try await project.record(outcome)
            #expect(record.summary.state == .interrupted)
            #expect(record.summary.ended != nil)
            let steps = try await project.history.steps(of: record.id)
            #expect(
                steps.map { "\($0.path) \($0.state.rawValue)" } == [
                    "outer interrupted", "outer.each interrupted", "outer.each[0].ask done",
                    "outer.each[1].ask interrupted",
                ])
            #expect(steps.allSatisfy { $0.ended != nil })
            #expect(try await project.history.items(of: record.id).map(\.state) == [.done, .interrupted, .pending])
            #expect(try await project.history.calls(of: record.id).map(\.state) == [.done, .interrupted])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func whatAModelHadSaidBeforeTheInterruptionIsKept() async throws {
        try await ProjectFolder.with { project in
            let spoke = Signal()
            let run = try project.prepare(
                "steps:\n  - { id: a, prompt: Hello }",
                engine: ScriptedEngine(unfinished: true) { _ in .init("Once upon a time") }
            ) { event in
                guard case .modelText = event else { return }
                withUnsafeCurrentTask { $0?.cancel() }
                Task { await spoke.give() }
            }
            let outcome = try await Task { try await run.execute(inputs: [:]) }.value
            await spoke.wait()
            #expect(outcome.state == .interrupted)
            let call = try #require(try await project.history.calls(of: project.record(outcome).id).first)
            #expect(call.state == .interrupted)
            #expect(call.result.response == "Once upon a time")
        }
    }

    @Test func aRunCancelledBeforeItBeginsIsRecordedAsInterrupted() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine(saying: "yes")
            let run = try project.prepare("steps:\n  - { id: a, prompt: Hello }", engine: engine)
            let outcome = try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await run.execute(inputs: [:])
            }.value
            #expect(outcome.state == .interrupted)
            #expect(engine.requests.isEmpty)
            #expect(try await project.record(outcome).summary.state == .interrupted)
        }
    }

    @Test func theLastEventIsTheOutcome() async throws {
        try await ProjectFolder.with { project in
            let events = Collected<RunEvent>()
            let outcome = try await project.run("steps:\n  - { id: a, set: { x: 1 } }") { events.add($0) }
            guard case .runStarted(let id, let workflow, _) = events.all.first,
                case .runFinished(let last) = events.all.last
            else {
                Issue.record("a run begins with `runStarted` and ends with `runFinished`")
                return
            }
            #expect(id == outcome.id)
            #expect(workflow == "test")
            #expect(last.state == .done)
        }
    }
}
