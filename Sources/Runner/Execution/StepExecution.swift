import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// One step from beginning to end: its row, its condition, its items, its attempts, its result.
struct StepExecution: Sendable {
    private(set) var run: RunContext
    let step: Step
    let surroundings: StepSequence.Surroundings

    /// A step or model call that took longer than this is brought to the disk at its end.
    static let worthSynchronizing = 1.0

    /// - Parameter endings: how the steps beside this one have ended so far.
    /// - Throws: only what the record throws; a failure of the step is an ending.
    func execute(_ names: Mapping, after endings: StepEndings) async throws -> StepEnding {
        if Task.isCancelled { return StepEnding(failure: CancellationError()) }
        let clock = ContinuousClock.now
        let isAfterNewWork = surroundings.isAfterNewWork || endings.hasNewWork(before: step)
        let lastEnd = [surroundings.lastEnd, endings.lastEnd(before: step)].compactMap(\.self).max()
        let digests = digests(names, after: endings)
        if let ending = try await reuse(
            names, digests, after: endings, isAfterNewWork: isAfterNewWork, lastEnd: lastEnd)
        {
            return ending
        }
        let row = try await open(digests)
        run.setting.report(.stepStarted(event))
        let work = Work(
            row: row.id, item: surroundings.item, path: path, loops: surroundings.loops,
            digests: surroundings.digests, past: surroundings.past, doesAnew: surroundings.doesAnew,
            isAfterNewWork: isAfterNewWork, lastEnd: lastEnd)
        var ending: StepEnding
        do {
            if !(try isWanted(names, after: endings)) {
                ending = .skipped
            } else if let foreach = step.foreach {
                ending = try await loop(foreach, names, work, isReopened: row.isReopened)
            } else {
                return try await attempt(names, work, digests, since: clock)
            }
        } catch let error as HistoryError {
            throw error
        } catch {
            ending = StepEnding(failure: error)
        }
        return try await finish(ending, row: row.id, since: clock)
    }

    private func loop(
        _ foreach: Foreach, _ names: Mapping, _ work: Work, isReopened: Bool
    ) async throws -> StepEnding {
        let trial = trial()
        defer { keepOutcomes(of: trial) }
        let result = try await ItemLoop(execution: trial, foreach: foreach, work: work)
            .execute(names, isReopened: isReopened)
        return StepEnding(outcome: .done, result: result, failures: trial.run.progress.failures)
    }

    /// Whether the step is to run, by its `if` and by what failed before.
    func isWanted(_ names: Mapping, after endings: StepEndings) throws -> Bool {
        if endings.failure != nil, !step.asksForFailure { return false }
        guard let condition = step.condition else { return true }
        let hasFailure = endings.hasFailure(before: step)
        return try condition.isMet(names, environment: run.environment.telling(hasFailure: hasFailure))
    }

    /// Makes attempts until one is done, or none is left.
    private func attempt(
        _ names: Mapping, _ first: Work, _ digests: StepDigests?, since clock: ContinuousClock.Instant
    ) async throws -> StepEnding {
        var work = first
        var made = 1
        let before = attemptsBefore
        work.earlier = earlierAttempts(digests, among: pastAttempts)
        if !work.doesAnew { work.cutOff = cutOffAttempts(digests, among: pastAttempts) }
        while true {
            let trial = trial()
            do {
                let current = work
                let result = try await timeLimit.run { try await trial.executeBody(names, current) }
                keepOutcomes(of: trial)
                let ending = StepEnding(outcome: .done, result: result, failures: trial.run.progress.failures)
                return try await finish(ending, row: work.row, since: clock)
            } catch let error as HistoryError {
                throw error
            } catch {
                guard !Task.isCancelled, let delay = attempts.delay(after: error, made: made) else {
                    keepOutcomes(of: trial)
                    return try await finish(StepEnding(failure: error), row: work.row, since: clock)
                }
                try await end(work.row, StepEnding(failure: error))
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
                work.tryAgain(
                    in: try await begin(
                        path: path, item: surroundings.item, attempt: before + made, digests: digests))
            }
        }
    }

    private func finish(
        _ ending: StepEnding, row: StepRowID, since clock: ContinuousClock.Instant
    ) async throws -> StepEnding {
        try await end(row, ending)
        let seconds = clock.duration(to: .now).inSeconds
        if seconds > Self.worthSynchronizing { try await run.setting.history.sync() }
        note(ending)
        run.setting.report(.stepFinished(event, outcome: ending.outcome, seconds: seconds))
        var ending = ending
        if ending.outcome != .skipped { ending.ended = run.setting.now() }
        return ending
    }

    /// Counts a failure that is let pass.
    func note(_ ending: StepEnding) {
        if case .failed = ending.outcome, step.continuesOnError { run.progress.addOutcome { $0.stepsFailed += 1 } }
    }

    /// Where a step's work stands in the record, and what earlier attempts have left of it.
    struct Work: Sendable {
        private(set) var row: StepRowID
        /// The item of a `foreach` that the step works for.
        var item: ItemRowID?
        var path: String
        /// How many loops are around the step.
        var loops: Int
        var digests: NameDigests
        var past: PastSteps
        /// Whether all is done again, whatever is left of it.
        var doesAnew = false
        /// Whether something before was done now and not in an earlier attempt at the run.
        var isAfterNewWork = false
        /// When the last of what is before was done.
        var lastEnd: Date?
        /// Attempts at the same work that were cut off: an answer that a model gave in them is taken.
        var cutOff: [StepRowID] = []
        /// All attempts at the same work: what they have put into files is there.
        var earlier: [StepRowID] = []

        mutating func begin(in first: StepRowID) { row = first }

        /// What is tried again is done anew.
        mutating func tryAgain(in next: StepRowID) {
            earlier.append(row)
            cutOff = []
            doesAnew = true
            row = next
        }
    }

    /// Does once what the step does: for itself, or for one item.
    func executeBody(_ names: Mapping, _ work: Work) async throws -> Mapping {
        switch step.body {
        case .nested(let steps):
            var inner = run
            if attempts.retry != nil { inner.isRetriedAround = true }
            return try await StepSequence(run: inner, steps: steps).execute(
                names,
                inside: .init(
                    path: work.path, depth: event.depth + 1, item: work.item, loops: work.loops,
                    digests: work.digests, past: work.past, doesAnew: work.doesAnew,
                    isAfterNewWork: work.isAfterNewWork, lastEnd: work.lastEnd))
        case .kind(let kind):
            guard let executable = kind as? any ExecutableStep else {
                throw StepFailure(.badValue, "this Nightjar cannot run `\(step.kindName)` steps")
            }
            var event = event
            event.path = work.path
            return try await executable.execute(
                StepContext(run: run, step: step, event: event, work: work, names: names))
        }
    }

    /// The same with outcomes of its own: those of an attempt count only if it is the last one, and what failed inside is
    /// recorded.
    func trial() -> StepExecution {
        var trial = self
        trial.run.progress = RunProgress(attemptIn: run.progress)
        return trial
    }

    func keepOutcomes(of trial: StepExecution) {
        trial.run.progress.keep()
    }

    var path: String { surroundings.path.map { "\($0).\(step.id)" } ?? step.id }

    var event: StepEvent {
        StepEvent(path: path, id: step.id, kind: step.kindName, name: step.name, depth: surroundings.depth)
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
            waitsForServers: step.asksModel && !run.isRetriedAround, chance: run.setting.chance)
    }

    var timeLimit: TimeLimit {
        TimeLimit(limit: step.timeLimit, subject: "the step `\(step.id)`", sleep: run.setting.sleep)
    }

    private var isRetriedByDefault: Bool {
        guard case .kind(let kind) = step.body else { return false }
        return type(of: kind).isRetriedByDefault
    }

    func begin(path: String, item: ItemRowID?, attempt: Int, digests: StepDigests?) async throws -> StepRowID {
        try await run.setting.history.beginStep(
            run: run.id, item: item, stepID: step.id, kind: step.kindName, name: step.name, path: path,
            attempt: attempt, digests: digests, at: run.setting.now())
    }

    func end(_ row: StepRowID, _ ending: StepEnding) async throws {
        let output = ending.failure == nil ? Value.mapping(recorded(ending.result)).json(.compact) : nil
        try await run.setting.history.endStep(
            row, state: ending.outcome.stepState, output: output, error: ending.failure.map { RecordedError($0) },
            failures: ending.failures, at: run.setting.now())
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
        case .reused: .reused
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
