import History
import Inference
import Jinja
import OrderedCollections
import Synchronization
import Testing

@testable import Runner

/// Attempts and time limits. Waits are noted and not made.
@Suite struct RetryTests {
    /// An engine that fails so often, and then answers.
    private func failing(_ times: Int, _ error: EngineError = EngineError(.engineFailed, "no")) -> ScriptedEngine {
        let left = Mutex(times)
        return ScriptedEngine { _ in
            let fails = left.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if fails { throw error }
            return .init("yes")
        }
    }

    @Test func attemptsAreMadeUntilOneIsDoneAndEachHasItsRow() async throws {
        try await ProjectFolder.with { project in
            let waits = Collected<Duration>()
            let retried = Collected<String>()
            let outcome = try await project.run(
                """
                steps:
                  - { id: a, prompt: hello, retry: { max_attempts: 4, delay: 2s, backoff: 3 } }
                outputs: { text: "${{ steps.a.text }}" }
                """, engine: failing(2),
                report: { event in
                    if case .stepRetried(let step, let attempt, let message, let delay) = event {
                        retried.add("\(step.path) \(attempt) \(message) \(delay)")
                    }
                }, sleep: { waits.add($0) })
            #expect(outcome.outputs == ["text": "yes"])
            #expect(waits.all == [.seconds(2), .seconds(6)])
            #expect(retried.all == ["a 2 no 2.0", "a 3 no 6.0"])
            let steps = try await project.history.steps(of: project.record(outcome).id)
            #expect(steps.map(\.attempt) == [1, 2, 3])
            #expect(steps.map(\.state) == [.failed, .failed, .done])
        }
    }

    @Test func ofAnAttemptThatIsMadeAgainNoOutcomeIsLeft() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: group
                    retry: 3
                    steps:
                      - { id: may, continue_on_error: true, prompt: first }
                      - { id: each, foreach: { items: [1, 2], on_error: continue }, prompt: "${{ item }}" }
                      - { id: must, prompt: last }
                """, engine: failing(4), sleep: { _ in })
            #expect(outcome.state == .done)
            #expect(outcome.work.itemsDone == 2)
            #expect(outcome.work.itemsFailed == 0 && outcome.work.stepsFailed == 0)
            #expect(outcome.work.calls == 4)
        }
    }

    @Test func theLastFailureIsTheStepsOwn() async throws {
        try await ProjectFolder.with { project in
            let waits = Collected<Duration>()
            let outcome = try await project.run(
                "steps:\n  - { id: a, prompt: hello, retry: { max_attempts: 3, delay: 1s, max_delay: 1500ms, jitter: 0.5 } }",
                engine: failing(9), sleep: { waits.add($0) })
            #expect(outcome.state == .failed)
            #expect(outcome.error?.message == "no")
            // Half of a half of each wait is left to the chance of 0.5.
            #expect(waits.all == [.milliseconds(750), .milliseconds(1125)])
        }
    }

    @Test(arguments: [
        ("retry: { on: [answer] }", 1), ("retry: { on: [model] }", 3), ("retry: 2", 2),
        ("retry: { on: [file, timeout] }", 1),
    ])
    func onlyTheNamedCausesAreTriedAgain(retry: String, attempts: Int) async throws {
        try await ProjectFolder.with { project in
            let engine = failing(9)
            _ = try await project.run(
                "steps:\n  - { id: a, prompt: hello, \(retry) }", engine: engine, sleep: { _ in })
            #expect(engine.requests.count == attempts)
        }
    }

    @Test func whatTheWorkflowHasWrongIsNeverTriedAgain() async throws {
        try await ProjectFolder.with { project in
            for step in ["set: { x: '${{ 1 / 0 }}' }", "check: 1 == 2", "write: { path: ../x, text: y }"] {
                let waits = Collected<Duration>()
                let outcome = try await project.run(
                    "steps:\n  - { id: a, retry: 5, \(step) }", sleep: { waits.add($0) })
                #expect(outcome.state == .failed)
                #expect(waits.all.isEmpty, "\(step)")
            }
        }
    }

    @Test func theWorkflowsDefaultHoldsForPrompts() async throws {
        try await ProjectFolder.with { project in
            let engine = failing(1)
            let outcome = try await project.run(
                """
                defaults: { retry: 2 }
                steps:
                  - { id: a, prompt: hello }
                  - { id: b, continue_on_error: true, read: nothing.txt }
                """, engine: engine, sleep: { _ in })
            #expect(outcome.state == .partial)
            #expect(engine.requests.count == 2)
            let steps = try await project.history.steps(of: project.record(outcome).id)
            #expect(steps.map(\.stepID) == ["a", "a", "b"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func anItemThatWaitsLeavesItsPlaceToOthers() async throws {
        try await ProjectFolder.with { project in
            let others = Meeting(of: 4)
            let failed = Mutex(false)
            let engine = ScriptedEngine { request in
                if request.messages == [.user("0")],
                    failed.withLock({ wasFailed in
                        defer { wasFailed = true }
                        return !wasFailed
                    })
                {
                    throw EngineError(.engineFailed, "no")
                }
                if request.messages != [.user("0")] { await others.arrive() }
                return .init("yes")
            }
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: { items: "${{ range(4) | list }}", max_parallel: 3 }
                    retry: { max_attempts: 2, delay: 1h }
                    prompt: "${{ item }}"
                outputs: { done: "${{ steps.each.done }}" }
                """, engine: engine,
                // The wait of the first item ends only when all others are done: they had its place.
                sleep: { _ in await others.arrive() })
            #expect(outcome.outputs == ["done": 4])
            let items = try await project.history.items(of: project.record(outcome).id)
            #expect(items.map(\.state) == [.done, .done, .done, .done])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aStepThatTakesTooLongFails() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine { _ in try await waitForCancellation() }
            let outcome = try await project.run(
                """
                steps:
                  - { id: a, timeout: 1h30m, prompt: hello }
                  - { id: b, if: failure(), set: { x: 1 } }
                """, engine: engine, sleep: { _ in })
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == "timed_out")
            #expect(outcome.error?.message == "the step `a` took longer than its time limit of 1h30m")
            let steps = try await project.history.steps(of: project.record(outcome).id)
            #expect(steps.map(\.state) == [.failed, .done])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aTimeLimitIsOfEachAttemptAndEachItem() async throws {
        try await ProjectFolder.with { project in
            let limits = Mutex(0)
            let slow = Mutex(true)
            let engine = ScriptedEngine { _ in
                let isSlow = slow.withLock { slow in
                    defer { slow = false }
                    return slow
                }
                if isSlow { try await waitForCancellation() }
                return .init("yes")
            }
            let outcome = try await project.run(
                """
                steps:
                  - id: each
                    foreach: [1, 2]
                    timeout: 5s
                    retry: { max_attempts: 2, on: [timeout] }
                    steps:
                      - { id: a, prompt: hello }
                outputs: { texts: "${{ steps.each.items | map(attribute='a.text') | list }}" }
                """, engine: engine,
                sleep: { duration in
                    guard duration == .seconds(5) else { return }
                    let isFirst = limits.withLock { count in
                        count += 1
                        return count == 1
                    }
                    // The first time limit ends when an answer was asked for that never comes, and no other does.
                    guard isFirst else { try await waitForCancellation() }
                    while slow.withLock({ $0 }) { await Task.yield() }
                })
            #expect(outcome.outputs == ["texts": ["yes", "yes"]])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aWorkflowThatTakesTooLongFails() async throws {
        try await ProjectFolder.with { project in
            let engine = ScriptedEngine { _ in try await waitForCancellation() }
            let outcome = try await project.run(
                "timeout: 2h\nsteps:\n  - { id: a, prompt: hello }", engine: engine, sleep: { _ in })
            #expect(outcome.state == .failed)
            #expect(outcome.error?.message == "the workflow `test` took longer than its time limit of 2h")
        }
    }
}
