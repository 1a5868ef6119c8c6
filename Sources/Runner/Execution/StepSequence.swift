import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// The steps of one list, each started as soon as those that it waits for have ended.
///
/// The first failure ends the list: but for steps whose `if` asks for failures, what runs beside it is cancelled, and
/// nothing that is left is run.
struct StepSequence: Sendable {
    let run: RunContext
    let steps: [Step]

    /// Where in the run a list of steps stands.
    struct Surroundings: Sendable {
        /// `triage[3]`: what a nested step's path begins with; `nil` for the steps of the workflow itself.
        var path: String?
        var depth = 0
        var item: ItemRowID?
        /// How many loops are around the list.
        var loops = 0
        var digests = NameDigests.top
        /// What earlier attempts have left of the steps.
        var past = PastSteps.none
        /// Whether all is done again, whatever is left of it.
        var doesAnew = false
        /// Whether something before the list was done now and not in an earlier attempt.
        var isAfterNewWork = false
        /// When the last of what is before the list was done.
        var lastEnd: Date?
    }

    /// - Returns: what each step gave, by its id.
    /// - Throws: the first failure, after all that was to run has ended.
    func execute(_ names: Mapping, inside surroundings: Surroundings) async throws -> Mapping {
        var surroundings = surroundings
        surroundings.digests = surroundings.digests.adding(steps)
        var endings = StepEndings(steps, demands: run.definition.demands)
        // The usual list is a chain, which needs no tasks.
        if !isChain { try await runSideBySide(names, surroundings, &endings) }
        var waiting = steps.indices.filter { !endings.hasEnded(steps[$0].id) }
        while let next = waiting.firstIndex(where: { isReady(steps[$0], endings) }) {
            let step = steps[waiting.remove(at: next)]
            let ending = try await StepExecution(run: run, step: step, surroundings: surroundings)
                .execute(names.adding(steps: endings.results), after: endings)
            // Whoever interrupts a run wants it to end: nothing is begun any more.
            if ending.outcome == .interrupted { throw CancellationError() }
            endings.note(ending, of: step)
        }
        if let failure = endings.failure { throw failure }
        return endings.results
    }

    /// Runs what can run until all have ended or one has failed.
    private func runSideBySide(
        _ names: Mapping, _ surroundings: Surroundings, _ endings: inout StepEndings
    ) async throws {
        try await withThrowingTaskGroup(of: (Step, StepEnding).self) { group in
            var started: Set<String> = []
            // Tasks of their own, since a group can only be cancelled as a whole.
            var stoppable: [Task<StepEnding, any Error>] = []
            func startReady(_ endings: StepEndings) {
                for step in steps where !started.contains(step.id) && isReady(step, endings) {
                    started.insert(step.id)
                    let execution = StepExecution(run: run, step: step, surroundings: surroundings)
                    let visible = names.adding(steps: endings.results)
                    let task = Task { try await execution.execute(visible, after: endings) }
                    if !step.asksForFailure { stoppable.append(task) }
                    group.addTask {
                        try await withTaskCancellationHandler {
                            (step, try await task.value)
                        } onCancel: {
                            task.cancel()
                        }
                    }
                }
            }
            startReady(endings)
            while let (step, ending) = try await group.next() {
                endings.note(ending, of: step)
                if endings.failure == nil { startReady(endings) } else { stoppable.forEach { $0.cancel() } }
            }
        }
        try Task.checkCancellation()
    }

    private func isReady(_ step: Step, _ endings: StepEndings) -> Bool {
        !endings.hasEnded(step.id) && step.needs.allSatisfy(endings.hasEnded)
    }

    private var isChain: Bool {
        zip(steps.dropFirst(), steps).allSatisfy { step, previous in step.needs.contains(previous.id) }
    }
}

extension Step {
    /// Whether the step's `if` decides what happens after a failure.
    var asksForFailure: Bool { condition?.asksForFailure ?? false }
}
