import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// What a step makes of earlier attempts at the run.
extension StepExecution {
    /// The attempts at this step that are recorded, the oldest first.
    var pastAttempts: [StepRecord] { surroundings.past.attempts(path, loops: surroundings.loops) }

    var attemptsBefore: Int { pastAttempts.last?.attempt ?? 0 }

    /// By what it is told whether a result of the step holds; `nil` where that cannot be told.
    func digests(_ names: Mapping, after endings: StepEndings) -> StepDigests? {
        var references = step.outerReferences
        var more = step.asksForFailure ? "\(endings.hasFailure(before: step))" : ""
        if let foreach = step.foreach {
            references += step.loopReferences
            guard let items = try? foreach.items.evaluate(names, environment: run.environment) else { return nil }
            more += items.json(.compact)
        }
        return StepDigests(
            definition: step.definitionDigest(run.definition, model: run.setting.options.model),
            inputs: TextDigest.of(surroundings.digests.digest(of: references, names), more))
    }

    /// What the step gave in an earlier attempt at the run, if that holds still.
    func reuse(
        _ names: Mapping, _ digests: StepDigests?, after endings: StepEndings, isAfterNewWork: Bool, lastEnd: Date?
    ) async throws -> StepEnding? {
        let past = pastAttempts
        guard !surroundings.doesAnew, let latest = past.last, (try? isWanted(names, after: endings)) == true else {
            return nil
        }
        let done = past.last { $0.holds(digests, isEdited: run.isEdited) }
        // An attempt that did something again before it, and was cut off then, counts too.
        guard !step.looksAround || !(isAfterNewWork || done?.began(before: lastEnd) == true) else {
            if latest.state == .done { tellChange("a step before it was done again") }
            return nil
        }
        if let done {
            if run.retriesFailures, done.failures != .none { return nil }
            noteOutcomes(of: done)
            var ending = StepEnding(outcome: .done, result: try await result(of: done))
            ending.ended = done.ended
            return reused(ending)
        }
        if latest.state == .failed, latest.digests == digests, step.continuesOnError, !run.retriesFailures,
            let error = latest.error
        {
            return reused(StepEnding(failure: PastFailure(error: error)))
        }
        if let reason = latest.change(to: digests) { tellChange(reason) }
        return nil
    }

    /// Once for all items of a loop.
    private func tellChange(_ reason: String) {
        if run.changes.isNew(path) { run.setting.report(.stepChanged(event, reason: reason)) }
    }

    private func reused(_ ending: StepEnding) -> StepEnding {
        note(ending)
        let told = ending.failure == nil ? StepOutcome.reused : ending.outcome
        run.setting.report(.stepFinished(event, outcome: told, seconds: 0))
        var ending = ending
        ending.isReused = true
        return ending
    }

    /// What a finished row says that the step gave, with its items where they are asked for.
    private func result(of record: StepRecord) async throws -> Mapping {
        var result = record.result
        guard step.foreach != nil else { return result }
        var items: [Value] = []
        if run.definition.demands.keepsItems(of: step.id) {
            for item in try await run.setting.history.pastItems(step: record.row) where item.state.isDone {
                items.append(try await run.setting.history.result(of: item.row))
            }
        }
        result.updateValue(.list(items), forKey: "items", insertingAt: 0)
        return result
    }

    /// Counts what is not done again.
    private func noteOutcomes(of record: StepRecord) {
        let done = step.foreach == nil ? nil : record.result["done"]?.integer
        run.progress.addOutcome { work in
            work.itemsDone += done ?? 0
            work.itemsFailed += record.failures.items
            work.stepsFailed += record.failures.steps
        }
    }

    /// The row for what is done now: a step that has others in it goes on in its own, others get a new one.
    func open(_ digests: StepDigests?) async throws -> (id: StepRowID, isReopened: Bool) {
        if let latest = pastAttempts.last, latest.state == .skipped || hasInnerRows {
            try await run.setting.history.reopenStep(latest.row, digests: digests, at: run.setting.now())
            return (latest.row, true)
        }
        let row = try await begin(
            path: path, item: surroundings.item, attempt: attemptsBefore + 1, digests: digests)
        return (row, false)
    }

    private var hasInnerRows: Bool {
        if step.foreach != nil { return true }
        return switch step.body {
        case .nested: true
        case .kind(let kind): kind is WorkflowStep
        }
    }

    /// Attempts at exactly this work that did not come to their end: what a model said in them counts.
    func cutOffAttempts(_ digests: StepDigests?, among past: [StepRecord]) -> [StepRowID] {
        past.filter { $0.state == .interrupted && $0.digests == digests }.map(\.row)
    }

    /// Attempts at exactly this work, however they ended. A step that tells of failures tells of each anew: what it has done
    /// is another work.
    func earlierAttempts(_ digests: StepDigests?, among past: [StepRecord]) -> [StepRowID] {
        let own = past.filter { $0.digests == digests }
        guard step.asksForFailure, let done = own.lastIndex(where: { $0.state == .done }) else { return own.map(\.row) }
        return own[(done + 1)...].map(\.row)
    }
}

/// A failure from an earlier attempt at the run.
struct PastFailure: Error {
    let error: RecordedError
}

extension StepRecord {
    var digests: StepDigests? {
        guard let definitionDigest, let inputDigest else { return nil }
        return StepDigests(definition: definitionDigest, inputs: inputDigest)
    }

    /// Whether the step is done, and its result is that of a step with these digests.
    func holds(_ digests: StepDigests?, isEdited: Bool) -> Bool {
        switch state {
        case .done: digests != nil && self.digests == digests
        // What was taken from another run was taken whatever had changed since.
        case .reused: !isEdited || self.digests == digests
        default: false
        }
    }

    func began(before moment: Date?) -> Bool { moment.map { started < $0 } ?? false }

    /// Why a result does not hold any more; `nil` where there is none.
    fileprivate func change(to digests: StepDigests?) -> String? {
        guard state == .done || state == .reused, let digests, let own = self.digests else { return nil }
        return own.definition != digests.definition ? "its definition has changed" : "its inputs have changed"
    }
}

extension ItemState {
    /// Whether there is a result.
    var isDone: Bool { self == .done || self == .reused }
}

extension HistoryStore {
    /// What an item gave.
    func result(of item: ItemRowID) async throws(HistoryError) -> Value {
        let output = try await output(of: item)
        return output.flatMap { try? Value(json: $0) } ?? [:]
    }
}
