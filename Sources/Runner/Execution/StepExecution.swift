import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// One step from beginning to end: its row, its condition, its items, its result.
struct StepExecution: Sendable {
    let run: RunContext
    let step: Step
    let surroundings: StepSequence.Surroundings?

    /// A step or model call that took longer than this is brought to the disk at its end.
    private static let worthSynchronizing = 1.0

    func execute(_ names: Mapping) async throws -> Mapping {
        try Task.checkCancellation()
        let row = try await begin(path: path, item: surroundings?.item)
        let clock = ContinuousClock.now
        run.setting.report(.stepStarted(event))
        var outcome = StepOutcome.done
        var result: Mapping = [:]
        var failure: (any Error)?
        do {
            if let condition = step.condition,
                !(try condition.isMet(names, environment: run.environment))
            {
                outcome = .skipped
            } else if let foreach = step.foreach {
                result = try await ItemLoop(execution: self, foreach: foreach, row: row).execute(names)
            } else {
                result = try await executeBody(names, row: row, item: surroundings?.item, path: path)
            }
        } catch {
            failure = error
            outcome = Self.outcome(of: error)
        }
        try await end(row, outcome, result: failure == nil ? result : nil, error: failure)
        let seconds = clock.duration(to: .now).seconds
        if seconds > Self.worthSynchronizing { try await run.setting.history.sync() }
        run.setting.report(.stepFinished(event, outcome: outcome, seconds: seconds))
        if let failure { throw failure }
        return result
    }

    /// Does once what the step does: for itself, or for one item.
    func executeBody(_ names: Mapping, row: StepRowID, item: ItemRowID?, path: String) async throws -> Mapping {
        switch step.body {
        case .nested(let steps):
            return try await StepSequence(run: run, steps: steps).execute(
                names, inside: .init(path: path, depth: event.depth + 1, item: item))
        case .kind(let kind):
            guard let executable = kind as? any ExecutableStep else {
                throw StepFailure(.badValue, "this Nightjar cannot run `\(step.kindName)` steps")
            }
            var event = event
            event.path = path
            return try await executable.execute(
                StepContext(run: run, step: step, event: event, row: row, names: names))
        }
    }

    var path: String { surroundings.map { "\($0.path).\(step.id)" } ?? step.id }

    var event: StepEvent {
        StepEvent(
            path: path, id: step.id, kind: step.kindName, name: step.name, depth: surroundings?.depth ?? 0)
    }

    func begin(path: String, item: ItemRowID?) async throws -> StepRowID {
        try await run.setting.history.beginStep(
            run: run.id, item: item, stepID: step.id, kind: step.kindName, name: step.name, path: path,
            at: run.setting.now())
    }

    func end(_ row: StepRowID, _ outcome: StepOutcome, result: Mapping?, error: (any Error)?) async throws {
        try await run.setting.history.endStep(
            row, state: outcome.stepState, output: result.map { Value.mapping(recorded($0)).json(.compact) },
            error: error.map { RecordedError($0) }, at: run.setting.now())
    }

    /// Items have rows of their own: the step's row does not repeat them.
    private func recorded(_ result: Mapping) -> Mapping {
        guard step.foreach != nil else { return result }
        return result.filter { $0.key != "items" }
    }

    static func outcome(of error: any Error) -> StepOutcome {
        error is CancellationError || Task.isCancelled ? .interrupted : .failed(RecordedError(error).message)
    }
}

extension StepOutcome {
    fileprivate var stepState: StepState {
        switch self {
        case .done: .done
        case .skipped: .skipped
        case .failed: .failed
        case .interrupted: .interrupted
        }
    }
}
