import History
import Jinja
import OrderedCollections
import Workflow

/// The items of a `foreach`, so many at a time, with a row for each.
struct ItemLoop: Sendable {
    let execution: StepExecution
    let foreach: Foreach
    /// The loop's own.
    let work: StepExecution.Work

    /// An attempt at one item.
    private struct Turn: Sendable {
        var index: Int
        var attempt = 1
        /// Where the first attempt begins.
        var work: StepExecution.Work?
        /// Attempts that were recorded before.
        var attemptsBefore = 0
    }

    private enum Event: Sendable {
        case done(Int, Mapping)
        case failed(Int, any Error)
        /// Another attempt is to be made. Until then the item leaves its place to others.
        case postponed(Turn, Duration)
        case rested(Turn)
    }

    /// - Parameter isReopened: whether an earlier attempt at the run has items of this loop.
    func execute(_ names: Mapping, isReopened: Bool) async throws -> Mapping {
        let items = try items(names)
        let plan = try await ItemPlanner(execution: execution, foreach: foreach, work: work, names: names)
            .plan(items, isReopened: isReopened)
        execution.run.setting.report(.itemsCounted(execution.event, plan.count))
        var tally = ItemTally(
            count: items.count, keepsResults: execution.run.definition.demands.keepsItems(of: execution.step.id))
        try await note(plan, in: &tally)
        try await give(plan, to: &tally)
        try await takeTurns(plan, names, &tally)
        return tally.result(items)
    }

    /// Counts what is not done again.
    private func note(_ plan: ItemPlan, in tally: inout ItemTally) async throws {
        for (index, entry) in plan.entries.enumerated() {
            switch entry.fate {
            case .kept, .reused:
                let result = tally.keepsResults ? try await execution.run.setting.history.result(of: entry.row) : [:]
                tally.noteDone(index, result.mapping ?? [:])
            case .failed(let message): tally.noteFailed(index, message)
            case .todo, .follows: break
            }
        }
        let count = plan.count
        execution.run.progress.addOutcome { work in
            work.itemsDone += count.kept
            work.itemsReused += count.reused
            work.itemsFailed += count.failed
            for entry in plan.entries {
                work.itemsFailed += entry.failures.items
                work.stepsFailed += entry.failures.steps
            }
        }
    }

    /// Gives items what another one of the same key has given in an earlier attempt.
    private func give(_ plan: ItemPlan, to tally: inout ItemTally) async throws {
        for (index, entry) in plan.entries.enumerated() {
            guard case .follows(let leader) = entry.fate, plan.entries[leader].fate == .kept else { continue }
            let result = try await execution.run.setting.history.result(of: plan.entries[leader].row).mapping ?? [:]
            try await give(result, to: index, plan)
            tally.noteDone(index, result)
        }
    }

    private func takeTurns(_ plan: ItemPlan, _ names: Mapping, _ tally: inout ItemTally) async throws {
        var followers: [Int: [Int]] = [:]
        for (index, entry) in plan.entries.enumerated() {
            if case .follows(let leader) = entry.fate, plan.entries[leader].fate != .kept {
                followers[leader, default: []].append(index)
            }
        }
        try await withThrowingTaskGroup(of: Event.self) { group in
            var waiting = ArraySlice(
                plan.entries.indices.filter { plan.entries[$0].fate.isTodo }.map { Turn(index: $0) })
            var rested: [Turn] = []
            var busy = 0
            while true {
                while busy < foreach.maxParallel,
                    let turn = rested.isEmpty ? waiting.popFirst() : rested.removeFirst()
                {
                    busy += 1
                    group.addTask { try await self.take(turn, plan, names) }
                }
                guard let event = try await group.next() else { return }
                switch event {
                case .done(let index, let result):
                    busy -= 1
                    tally.noteDone(index, result)
                    for follower in followers.removeValue(forKey: index) ?? [] {
                        try await give(result, to: follower, plan)
                        tally.noteDone(follower, result)
                    }
                case .failed(let index, let error):
                    busy -= 1
                    guard foreach.onError == .continue else { throw error }
                    tally.noteFailed(index, RecordedError(error).message)
                    // The next of the same key may fare better.
                    if var others = followers.removeValue(forKey: index), let next = others.first {
                        others.removeFirst()
                        followers[next] = others
                        waiting.append(Turn(index: next))
                    }
                case .postponed(let turn, let delay):
                    busy -= 1
                    let sleep = execution.run.setting.sleep
                    group.addTask {
                        try await sleep(delay)
                        return .rested(turn)
                    }
                case .rested(let turn): rested.append(turn)
                }
            }
        }
    }

    /// Gives an item what another one of the same key has given.
    private func give(_ result: Mapping, to index: Int, _ plan: ItemPlan) async throws {
        let entry = plan.entries[index]
        try await execution.run.setting.history.endItem(
            entry.row, state: .reused, output: Value.mapping(result).json(.compact), at: execution.run.setting.now())
        execution.run.progress.addOutcome { $0.itemsReused += 1 }
        report(index, .reused)
    }

    /// The items of a list, or the pairs of a mapping.
    private func items(_ names: Mapping) throws -> [Value] {
        let value = try foreach.items.evaluate(names, environment: execution.run.environment)
        if let items = value.list { return items }
        if let entries = value.mapping { return Foreach.items(of: entries) }
        throw StepFailure(
            .badValue, "`foreach` of `\(execution.step.id)` needs a list or a mapping, and got \(value.kindPhrase)")
    }

    /// - Throws: only what ends the whole run: an interruption, or a record that cannot be written.
    private func take(_ turn: Turn, _ plan: ItemPlan, _ names: Mapping) async throws -> Event {
        try Task.checkCancellation()
        var turn = turn
        let history = execution.run.setting.history
        let now = execution.run.setting.now
        let entry = plan.entries[turn.index]
        let clock = ContinuousClock.now
        if turn.work == nil {
            turn.work = try await begin(&turn, plan)
            try await history.beginItem(entry.row, at: now())
        }
        var names = names
        names[foreach.itemName] = entry.value
        if let other = foreach.otherName { names[other] = entry.value }
        names["index"] = .integer(turn.index)
        let trial = execution.trial()
        do {
            let result = try await attempt(&turn, by: trial, names, entry)
            execution.keepOutcomes(of: trial)
            try await history.endItem(
                entry.row, state: .done, output: Value.mapping(result).json(.compact),
                failures: trial.run.progress.failures, once: plan.once(turn.index), at: now())
            if clock.duration(to: .now).inSeconds > StepExecution.worthSynchronizing { try await history.sync() }
            execution.run.progress.addOutcome { $0.itemsDone += 1 }
            report(turn.index, .done)
            return .done(turn.index, result)
        } catch let error as HistoryError {
            throw error
        } catch {
            let outcome = StepExecution.outcome(of: error)
            if outcome != .interrupted, let delay = execution.attempts.delay(after: error, made: turn.attempt) {
                execution.run.setting.report(
                    .stepRetried(
                        execution.event(ofItem: turn.index), attempt: turn.attempt + 1,
                        after: RecordedError(error).message, delay: delay.inSeconds))
                turn.attempt += 1
                return .postponed(turn, delay)
            }
            execution.keepOutcomes(of: trial)
            let isFailure = outcome != .interrupted
            try await history.endItem(
                entry.row, state: isFailure ? .failed : .interrupted, error: RecordedError(error), at: now())
            report(turn.index, outcome)
            guard isFailure else { throw CancellationError() }
            execution.run.progress.addOutcome { $0.itemsFailed += 1 }
            return .failed(turn.index, error)
        }
    }

    /// Looks what there is of an item from before.
    private func begin(_ turn: inout Turn, _ plan: ItemPlan) async throws -> StepExecution.Work {
        let entry = plan.entries[turn.index]
        var own = work
        own.item = entry.row
        own.path = execution.event(ofItem: turn.index).path
        own.loops = execution.surroundings.loops + 1
        own.digests = plan.digests
        own.past = .none
        if case .todo(isKnown: true, let anew) = entry.fate {
            own.doesAnew = anew
            own.past = try await execution.run.setting.history.pastSteps(
                of: execution.run.id, item: entry.row, loops: own.loops)
        }
        let before = own.past.attempts(own.path, loops: own.loops)
        turn.attemptsBefore = before.last?.attempt ?? 0
        own.earlier = execution.earlierAttempts(entry.digests, among: before)
        if !own.doesAnew { own.cutOff = execution.cutOffAttempts(entry.digests, among: before) }
        return own
    }

    /// A kind of step that has items itself gets a row for each attempt; nested steps have their own.
    private func attempt(
        _ turn: inout Turn, by trial: StepExecution, _ names: Mapping, _ entry: ItemPlan.Entry
    ) async throws -> Mapping {
        guard var own = turn.work else { return [:] }
        guard case .kind = execution.step.body else {
            let current = own
            // What is tried again is done anew.
            own.doesAnew = true
            turn.work = own
            return try await execution.timeLimit.run { try await trial.executeBody(names, current) }
        }
        let before = own.past.attempts(own.path, loops: own.loops)
        // The process may have ended between the end of the step and that of the item.
        if !own.doesAnew, let done = before.last(where: { $0.holds(entry.digests, isEdited: execution.run.isEdited) }),
            !execution.step.looksAround || !(own.isAfterNewWork || done.began(before: own.lastEnd)),
            done.output != nil
        {
            return done.result
        }
        let row = try await execution.begin(
            path: own.path, item: entry.row, attempt: turn.attemptsBefore + turn.attempt, digests: entry.digests)
        if turn.attempt == 1 { own.begin(in: row) } else { own.tryAgain(in: row) }
        turn.work = own
        let current = own
        do {
            let result = try await execution.timeLimit.run { try await trial.executeBody(names, current) }
            try await execution.end(row, StepEnding(outcome: .done, result: result))
            return result
        } catch let error as HistoryError {
            throw error
        } catch {
            try await execution.end(row, StepEnding(failure: error))
            throw error
        }
    }

    private func report(_ index: Int, _ outcome: StepOutcome) {
        execution.run.setting.report(.itemFinished(execution.event, index: index, outcome: outcome))
    }
}

/// What the items of a `foreach` came to. Results are kept only where an expression asks for them.
private struct ItemTally {
    let keepsResults: Bool
    private let count: Int
    private var results: [Mapping?]
    private var done = 0
    private var failures: [Int: String] = [:]

    init(count: Int, keepsResults: Bool) {
        self.count = count
        self.keepsResults = keepsResults
        results = keepsResults ? Array(repeating: nil, count: count) : []
    }

    mutating func noteDone(_ index: Int, _ result: Mapping) {
        done += 1
        if results.indices.contains(index) { results[index] = result }
    }

    mutating func noteFailed(_ index: Int, _ message: String) {
        failures[index] = message
    }

    func result(_ items: [Value]) -> Mapping {
        [
            "items": .list(results.compactMap { $0.map { Value.mapping($0) } }),
            "count": .integer(count),
            "done": .integer(done),
            "failed": .list(
                failures.sorted { $0.key < $1.key }.map { index, message in
                    ["index": .integer(index), "item": items[index], "error": .string(message)]
                }),
        ]
    }
}

extension Foreach {
    /// A mapping's entries as items.
    static func items(of entries: Mapping) -> [Value] {
        entries.map { key, value in ["key": .string(key), "value": value] }
    }
}
