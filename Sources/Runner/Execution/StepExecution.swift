import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// One step from beginning to end: its row, its condition, its items, its attempts, its result.
struct StepExecution: Sendable {
    private(set) var run: RunContext
    let step: Step
    let surroundings: StepSequence.Surroundings?

    /// A step or model call that took longer than this is brought to the disk at its end.
    private static let worthSynchronizing = 1.0

    /// - Parameter endings: how the steps beside this one have ended so far.
    /// - Throws: only what the record throws; a failure of the step is an ending.
    func execute(_ names: Mapping, after endings: StepEndings) async throws -> StepEnding {
        if Task.isCancelled { return StepEnding(failure: CancellationError()) }
        let clock = ContinuousClock.now
        let row = try await begin(path: path, item: surroundings?.item)
        run.setting.report(.stepStarted(event))
        var ending: StepEnding
        do {
            if !(try isWanted(names, after: endings)) {
                ending = .skipped
            } else if let foreach = step.foreach {
                ending = StepEnding(
                    outcome: .done,
                    result: try await ItemLoop(execution: self, foreach: foreach, row: row).execute(names))
            } else {
                return try await attempt(names, row: row, since: clock)
            }
        } catch let error as HistoryError {
            throw error
        } catch {
            ending = StepEnding(failure: error)
        }
        return try await finish(ending, row: row, since: clock)
    }

    /// Whether the step is to run, by its `if` and by what failed before.
    private func isWanted(_ names: Mapping, after endings: StepEndings) throws -> Bool {
        if endings.failure != nil, !step.asksForFailure { return false }
        guard let condition = step.condition else { return true }
        let hasFailure = endings.hasFailure(before: step)
        return try condition.isMet(names, environment: run.environment.telling(hasFailure: hasFailure))
    }

    /// Makes attempts until one is done, or none is left.
    private func attempt(
        _ names: Mapping, row first: StepRowID, since clock: ContinuousClock.Instant
    ) async throws -> StepEnding {
        var row = first
        var made = 1
        while true {
            let trial = trial()
            do {
                let current = row
                let result = try await timeLimit.run {
                    try await trial.executeBody(names, row: current, item: surroundings?.item, path: path)
                }
                keepOutcomes(of: trial)
                return try await finish(StepEnding(outcome: .done, result: result), row: row, since: clock)
            } catch let error as HistoryError {
                throw error
            } catch {
                guard !Task.isCancelled, let delay = attempts.delay(after: error, made: made) else {
                    keepOutcomes(of: trial)
                    return try await finish(StepEnding(failure: error), row: row, since: clock)
                }
                try await end(row, StepEnding(failure: error))
                run.setting.report(
                    .stepRetried(event, attempt: made + 1, after: RecordedError(error).message, delay: delay.inSeconds))
                made += 1
                do {
                    try await run.setting.sleep(delay)
                } catch {
                    let seconds = clock.duration(to: .now).inSeconds
                    run.setting.report(.stepFinished(event, outcome: .interrupted, seconds: seconds))
                    return StepEnding(failure: CancellationError())
                }
                row = try await begin(path: path, item: surroundings?.item, attempt: made)
            }
        }
    }

    private func finish(
        _ ending: StepEnding, row: StepRowID, since clock: ContinuousClock.Instant
    ) async throws -> StepEnding {
        try await end(row, ending)
        let seconds = clock.duration(to: .now).inSeconds
        if seconds > Self.worthSynchronizing { try await run.setting.history.sync() }
        if case .failed = ending.outcome, step.continuesOnError { run.progress.addOutcome { $0.stepsFailed += 1 } }
        run.setting.report(.stepFinished(event, outcome: ending.outcome, seconds: seconds))
        return ending
    }

    /// Does once what the step does: for itself, or for one item.
    func executeBody(_ names: Mapping, row: StepRowID, item: ItemRowID?, path: String) async throws -> Mapping {
        switch step.body {
        case .nested(let steps):
            var inner = run
            if attempts.retry != nil { inner.isRetriedAround = true }
            return try await StepSequence(run: inner, steps: steps).execute(
                names, inside: .init(path: path, depth: event.depth + 1, item: item))
        case .kind(let kind):
            guard let executable = kind as? any ExecutableStep else {
                throw StepFailure(.badValue, "this Nightjar cannot run `\(step.kindName)` steps")
            }
            var event = event
            event.path = path
            return try await executable.execute(
                StepContext(run: run, step: step, event: event, row: row, item: item, names: names))
        }
    }

    /// The same for one attempt, whose outcomes count only if it is the last one.
    func trial() -> StepExecution {
        guard attempts.retry != nil else { return self }
        var trial = self
        trial.run.progress = RunProgress(attemptIn: run.progress)
        return trial
    }

    func keepOutcomes(of trial: StepExecution) {
        if trial.run.progress !== run.progress { trial.run.progress.keep() }
    }

    var path: String { surroundings.map { "\($0.path).\(step.id)" } ?? step.id }

    var event: StepEvent {
        StepEvent(
            path: path, id: step.id, kind: step.kindName, name: step.name, depth: surroundings?.depth ?? 0)
    }

    /// The event of what is done for one item.
    func event(ofItem index: Int) -> StepEvent {
        var event = event
        event.path += "[\(index)]"
        return event
    }

    var attempts: Attempts {
        Attempts(
            retry: step.retry ?? (isRetriedByDefault ? run.definition.defaults.retry : nil),
            waitsForServers: step.kindName == PromptStep.key && !run.isRetriedAround, chance: run.setting.chance)
    }

    var timeLimit: TimeLimit {
        TimeLimit(limit: step.timeLimit, subject: "the step `\(step.id)`", sleep: run.setting.sleep)
    }

    private var isRetriedByDefault: Bool {
        guard case .kind(let kind) = step.body else { return false }
        return type(of: kind).isRetriedByDefault
    }

    func begin(path: String, item: ItemRowID?, attempt: Int = 1) async throws -> StepRowID {
        try await run.setting.history.beginStep(
            run: run.id, item: item, stepID: step.id, kind: step.kindName, name: step.name, path: path,
            attempt: attempt, at: run.setting.now())
    }

    func end(_ row: StepRowID, _ ending: StepEnding) async throws {
        let output = ending.failure == nil ? Value.mapping(recorded(ending.result)).json(.compact) : nil
        try await run.setting.history.endStep(
            row, state: ending.outcome.stepState, output: output, error: ending.failure.map { RecordedError($0) },
            at: run.setting.now())
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

extension Environment {
    /// The same with the functions of `if`.
    func telling(hasFailure: Bool) -> Environment {
        var environment = self
        for function in StatusFunction.allCases {
            let answer =
                switch function {
                case .success: !hasFailure
                case .failure: hasFailure
                case .always: true
                }
            environment.add(Callable(function.rawValue) { _ in .boolean(answer) })
        }
        return environment
    }
}
