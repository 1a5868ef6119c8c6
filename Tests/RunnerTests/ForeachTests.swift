import History
import Inference
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct ForeachTests {
    @Test(arguments: [1, 2, 5, 100])
    func resultsKeepTheOrderOfTheItems(parallel: Int) async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: "${{ range(20) | list }}", max_parallel: \(parallel) }
                    steps:
                      - id: answer
                        prompt: ${{ item }}
                      - id: number
                        set: { index: "${{ index }}", text: "${{ steps.answer.text }}" }
                outputs:
                  texts: ${{ steps.each.items | map(attribute="number.text") }}
                  indices: ${{ steps.each.items | map(attribute="number.index") }}
                  counts: ${{ [steps.each.count, steps.each.done, steps.each.failed] }}
                """, engine: echo)
            #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
            #expect(outcome.outputs["texts"] == .list((0..<20).map { .string("said \($0)") }))
            #expect(outcome.outputs["indices"] == .list((0..<20).map { .integer($0) }))
            #expect(outcome.outputs["counts"] == [20, 20, []])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aLaterItemMayFinishFirst() async throws {
        try await ProjectFolder.with { project in
            let second = Signal()
            let engine = ScriptedEngine { request in
                // The first item waits for the second.
                if request.messages == [.user("0")] { await second.wait() } else { await second.give() }
                return .init("said \(request.messages[0].content)")
            }
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: [0, 1], max_parallel: 2 }
                    prompt: ${{ item }}
                outputs: { texts: "${{ steps.each.items | map(attribute='text') }}" }
                """, engine: engine)
            #expect(outcome.outputs["texts"] == ["said 0", "said 1"])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 3])
    func asManyItemsAsAllowedRunAtOnceAndNoMore(parallel: Int) async throws {
        try await ProjectFolder.with { project in
            let meeting = Meeting(of: parallel)
            let running = Running()
            let engine = ScriptedEngine { _ in
                await running.begin()
                await meeting.arrive()
                await running.end()
                return .init("yes")
            }
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: "${{ range(12) | list }}", max_parallel: \(parallel) }
                    prompt: ${{ item }}
                """, engine: engine)
            #expect(outcome.state == .done)
            #expect(await running.most == parallel)
        }
    }

    @Test func failedItemsAreListedAndTheRunIsPartial() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: [1, bad, 3, bad], on_error: continue }
                    prompt: ${{ item }}
                  - id: after
                    set: { x: 1 }
                outputs:
                  texts: ${{ steps.each.items | map(attribute="text") }}
                  counts: ${{ [steps.each.count, steps.each.done] }}
                  failed: ${{ steps.each.failed }}
                """, engine: echo)
            #expect(outcome.state == .partial)
            #expect(outcome.error == nil)
            #expect(outcome.outputs["texts"] == ["said 1", "said 3"])
            #expect(outcome.outputs["counts"] == [4, 2])
            #expect(
                outcome.outputs["failed"] == [
                    ["index": 1, "item": "bad", "error": "The owl is silent."],
                    ["index": 3, "item": "bad", "error": "The owl is silent."],
                ])
            #expect(outcome.work.itemsDone == 2)
            #expect(outcome.work.itemsFailed == 2)
            let run = try await project.record(outcome)
            #expect(run.summary.state == .partial)
            let items = try await project.history.items(of: run.id)
            #expect(items.map(\.state) == [.done, .failed, .done, .failed])
            #expect(items.compactMap(\.error?.code) == ["engine_failed", "engine_failed"])
            #expect(try await project.history.steps(of: run.id, scope: .outsideItems).map(\.state) == [.done, .done])
        }
    }

    @Test func theFirstFailedItemEndsTheRunUnlessItSaysOtherwise() async throws {
        try await ProjectFolder.with { project in
            let engine = echo
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: [1, bad, 3]
                    prompt: ${{ item }}
                  - id: after
                    write: { path: a.txt, text: x }
                """, engine: engine)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.message == "The owl is silent.")
            #expect(engine.requests.count == 2)
            #expect(project.contents == [])
            let items = try await project.history.items(of: project.record(outcome).id)
            #expect(items.map(\.state) == [.done, .failed, .pending])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func itemsBesideTheFailedOneAreInterrupted() async throws {
        try await ProjectFolder.with { project in
            let slow = Signal()
            let engine = ScriptedEngine { request in
                if request.messages == [.user("slow")] {
                    await slow.give()
                    try await waitForCancellation()
                }
                await slow.wait()
                throw EngineError(.engineFailed, "The owl is silent.")
            }
            let outcome = try await project.run(
                "steps:\n  - id: each\n    foreach: { items: [slow, bad], max_parallel: 2 }\n    prompt: ${{ item }}",
                engine: engine)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.message == "The owl is silent.")
            let id = try await project.record(outcome).id
            let states = try await project.history.items(of: id).sorted { $0.index < $1.index }.map(\.state)
            #expect(states == [.interrupted, .failed])
            #expect(try await project.history.calls(of: id).allSatisfy { $0.state != .running })
        }
    }

    @Test func anItemMayHaveAnotherNameAndNestedLoops() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.outer.items | map(attribute='inner.items')",
                after: """
                      - id: outer
                        foreach: { items: [a, b], as: letter }
                        steps:
                          - id: inner
                            foreach: { items: [1, 2], as: number }
                            set: { x: "${{ letter }}${{ number }}${{ index }}" }
                    """)
            #expect(value == [[["x": "a10"], ["x": "a21"]], [["x": "b10"], ["x": "b21"]]])
        }
    }

    @Test func noItemsAreNoMistake() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a", after: "  - id: a\n    foreach: []\n    set: { x: 1 }")
            #expect(value == ["items": [], "count": 0, "done": 0, "failed": []])
        }
    }

    @Test(arguments: ["5", "'text'", "true", "none"])
    func whatIsNoListIsAFailure(expression: String) async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of: "  - id: a\n    foreach: ${{ \(expression) }}\n    set: { x: 1 }")
            #expect(error?.code == "bad_value")
            #expect(error?.message.hasPrefix("`foreach` of `a` needs a list or a mapping") == true)
        }
    }

    /// Says back what it is asked, and fails on `bad`.
    private var echo: ScriptedEngine {
        ScriptedEngine { request in
            let text = request.messages.last?.content ?? ""
            guard text != "bad" else { throw EngineError(.engineFailed, "The owl is silent.") }
            return .init("said \(text)")
        }
    }
}

/// How many are at work at the same time.
private actor Running {
    private var now = 0
    private(set) var most = 0

    func begin() {
        now += 1
        most = max(most, now)
    }

    func end() { now -= 1 }
}
