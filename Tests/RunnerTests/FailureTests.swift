import History
import Inference
import Jinja
import OrderedCollections
import Testing

@testable import Runner

/// What happens to the rest after a step has failed.
@Suite struct FailureTests {
    /// The states of all steps of a run, in the order of their ids.
    private func states(_ outcome: RunOutcome, in project: ProjectFolder) async throws -> [String: String] {
        let steps = try await project.history.steps(of: project.record(outcome).id)
        return Dictionary(steps.map { ($0.stepID, $0.state.rawValue) }, uniquingKeysWith: { _, last in last })
    }

    @Test func afterAFailureOnlyStepsThatAskForItRun() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - { id: bad, read: nothing.txt }
                  - { id: plain, set: { x: 1 } }
                  - { id: told, if: success(), set: { x: 1 } }
                  - { id: mourner, if: failure(), write: { path: sad.txt, text: "${{ steps.bad.error.code }}" } }
                  - { id: cleaner, if: always(), set: { x: "${{ steps.bad.state }} ${{ steps.plain.state }}" } }
                """)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == "file_not_found")
            #expect(
                try await states(outcome, in: project) == [
                    "bad": "failed", "plain": "skipped", "told": "skipped", "mourner": "done", "cleaner": "done",
                ])
            #expect(try project.text("sad.txt") == "file_not_found")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aStepThatAlwaysRunsIsNotStoppedByAFailureBesideIt() async throws {
        try await ProjectFolder.with { project in
            let (began, failed) = (Signal(), Signal())
            let engine = ScriptedEngine { request in
                guard request.messages == [.user("bad")] else {
                    await began.give()
                    await failed.wait()
                    try Task.checkCancellation()
                    return .init("done")
                }
                await began.wait()
                throw EngineError(.engineFailed, "no")
            }
            let outcome = try await project.run(
                """
                steps:
                  - { id: bad, prompt: bad }
                  - { id: steady, needs: [], if: always(), prompt: steady }
                """, engine: engine
            ) { event in
                if case .stepFinished(let step, _, _) = event, step.id == "bad" { Task { await failed.give() } }
            }
            #expect(outcome.state == .failed)
            #expect(try await states(outcome, in: project) == ["bad": "failed", "steady": "done"])
        }
    }

    @Test func whatIsNotASuccessMayRunToo() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - { id: bad, read: nothing.txt }
                  - { id: told, if: not success(), set: { x: 1 } }
                """)
            #expect(try await states(outcome, in: project) == ["bad": "failed", "told": "done"])
        }
    }

    @Test func whatAProgramSaysCannotSteerATerminal() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of: "  - { id: a, run: \"printf 'bad \\\\033]0;x\\\\007' >&2; exit 3\" }")
            #expect(
                error?.message.hasSuffix("exit code 3: bad \u{FFFD}]0;x\u{FFFD}") == true, "\(error?.message ?? "")")
        }
    }

    @Test func aPlanSeesTheStatesThatARunSees() async throws {
        try await ProjectFolder.with { project in
            let plan = try await project.prepare(
                """
                steps:
                  - { id: may, continue_on_error: true, read: nothing.txt }
                  - { id: page, if: steps.may.state == "failed", write: { path: a.txt, text: "${{ steps.may.error.code }}" } }
                  - { id: run, run: "true" }
                  - { id: out, write: { path: ../x, text: "${{ steps.run.stdout }}" } }
                """
            ).plan(inputs: [:])
            #expect(plan.steps.map(\.error).prefix(3) == [nil, nil, nil])
            #expect(plan.steps[1].lines == ["writes a.txt, 14 bytes"])
            #expect(plan.steps[3].error?.contains("outside the project folder") == true)
        }
    }

    @Test func withoutAFailureTheStepsForItAreSkipped() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - { id: good, set: { x: 1 } }
                  - { id: mourner, if: failure(), set: { x: 1 } }
                  - { id: cleaner, if: "always() and inputs is mapping", set: { x: 1 } }
                  - { id: told, if: success(), set: { x: 1 } }
                """)
            #expect(outcome.state == .done)
            #expect(
                try await states(outcome, in: project)
                    == ["good": "done", "mourner": "skipped", "cleaner": "done", "told": "done"])
        }
    }

    @Test func aStepThatMayFailLeavesItsStateToTheOthersAndTheRunIsPartial() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - { id: bad, continue_on_error: true, read: nothing.txt }
                  - { id: skipped, if: "false", set: { x: 1 } }
                  - id: seen
                    set:
                      bad: ${{ steps.bad.state }}
                      why: ${{ steps.bad.error.message }}
                      skipped: ${{ steps.skipped.state }}
                      none: ${{ steps.skipped.error }}
                      text: ${{ steps.bad.text | default("no text") }}
                outputs: { all: "${{ steps.seen }}" }
                """)
            #expect(outcome.state == .partial)
            #expect(outcome.work.stepsFailed == 1)
            #expect(
                outcome.outputs["all"] == [
                    "bad": "failed", "why": "there is no file nothing.txt", "skipped": "skipped", "none": .null,
                    "text": "no text",
                ])
        }
    }

    @Test func statesDoNotTurnUpInResultsThatNobodyAsksThemOf() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.row, steps.asked, steps.asked.state, steps.own.state]",
                after: """
                      - { id: row, set: { x: 1 } }
                      - { id: asked, set: { x: 1 } }
                      - { id: own, set: { state: Lisbon } }
                    """)
            #expect(value == [["x": 1], ["x": 1, "state": "done", "error": .null], "done", "Lisbon"])
        }
    }

    @Test func nestedStepsHaveTheirOwnAftermath() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: [a, b], on_error: continue }
                    steps:
                      - { id: text, read: "${{ item }}.txt" }
                      - { id: note, if: failure(), write: { path: "${{ item }}.failed", text: "${{ steps.text.state }}" } }
                  - { id: after, set: { x: "${{ steps.each.failed | length }}" } }
                outputs: { x: "${{ steps.after.x }}" }
                """)
            #expect(outcome.state == .partial)
            #expect(outcome.outputs == ["x": 2])
            #expect(project.contents.filter { $0.hasSuffix(".failed") } == ["a.failed", "b.failed"])
        }
    }

    @Test func stepsInsideItemsHaveTheirStates() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.each.items | map(attribute='odd.state') | list",
                after: """
                      - id: each
                        foreach: [1, 2, 3]
                        steps:
                          - { id: odd, if: item is odd, set: { x: 1 } }
                    """)
            #expect(value == ["done", "skipped", "done"])
        }
    }

    @Test func inAGraphTheStepsAfterAFailureRunInOrderOnceAllHasEnded() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - { id: last, needs: [mourner], if: always(), set: { x: "${{ steps.mourner.state }}" } }
                  - { id: mourner, needs: [bad, good], if: failure(), set: { x: 1 } }
                  - { id: bad, needs: [], read: nothing.txt }
                  - { id: good, needs: [], set: { x: 1 } }
                """)
            #expect(outcome.state == .failed)
            let states = try await states(outcome, in: project)
            #expect(states["mourner"] == "done" && states["last"] == "done")
        }
    }
}
