import History
import Jinja
import OrderedCollections
import Workflow

/// The items of a `foreach`, so many at a time, with a row for each.
struct ItemLoop: Sendable {
    let execution: StepExecution
    let foreach: Foreach
    let row: StepRowID

    /// An attempt at one item.
    private struct Turn: Sendable {
        var index: Int
        var isBegun = false
        var attempt = 1
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
        let plan = try await ItemPlanner(execution: execution, foreach: foreach, row: row, names: names)
            .plan(items, isReopened: isReopened)
        execution.run.setting.report(.itemsCounted(execution.event, plan.count))
        var tally = ItemTally(
            count: items.count, keepsResults: execution.run.definition.demands.keepsItems(of: execution.step.id))
        try await note(plan, in: &tally)
        try await work(plan, names, &tally)
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
        execution.run.progress.addOutcome {
            $0.itemsDone += count.kept
            $0.itemsReused += count.reused
            $0.itemsFailed += count.failed
        }
    }

    private func work(_ plan: ItemPlan, _ names: Mapping, _ tally: inout ItemTally) async throws {
        var followers: [Int: [Int]] = [:]
        for (index, entry) in plan.entries.enumerated() {
            if case .follows(let leader) = entry.fate { followers[leader, default: []].append(index) }
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
        let history = execution.run.setting.history
        let now = execution.run.setting.now
        let entry = plan.entries[turn.index]
        var past = PastSteps.none
        if !turn.isBegun {
            if case .todo(wasBegun: true) = entry.fate {
                past = try await history.pastSteps(
                    of: execution.run.id, item: entry.row, loops: execution.surroundings.loops + 1)
            }
            try await history.beginItem(entry.row, at: now())
        }
        var names = names
        names[foreach.itemName] = entry.value
        names["index"] = .integer(turn.index)
        let trial = execution.trial()
        do {
            let result = try await attempt(turn, by: trial, names, entry, past: past, plan)
            execution.keepOutcomes(of: trial)
            try await history.endItem(
                entry.row, state: .done, output: Value.mapping(result).json(.compact), once: plan.once(turn.index),
                at: now())
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
                return .postponed(Turn(index: turn.index, isBegun: true, attempt: turn.attempt + 1), delay)
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

    /// A kind of step that has items itself gets a row for each attempt; nested steps have their own.
    private func attempt(
        _ turn: Turn, by trial: StepExecution, _ names: Mapping, _ entry: ItemPlan.Entry, past: PastSteps,
        _ plan: ItemPlan
    ) async throws -> Mapping {
        let path = execution.event(ofItem: turn.index).path
        let loops = execution.surroundings.loops + 1
        var work = StepExecution.Work(
            row: row, item: entry.row, path: path, loops: loops, digests: plan.digests, past: past)
        guard case .kind = execution.step.body else {
            return try await execution.timeLimit.run { [work] in try await trial.executeBody(names, work) }
        }
        let before = past.attempts(path, loops: loops)
        let digests = StepDigests(definition: entry.workDigest, inputs: "")
        // The process may have ended between the end of the step and that of the item.
        if let done = before.last(where: { $0.holds(digests) }), let output = done.output {
            return (try? Value(json: output))?.mapping ?? [:]
        }
        work.cutOff = execution.cutOffAttempts(digests, among: before)
        work.row = try await execution.begin(
            path: path, item: entry.row, attempt: (before.last?.attempt ?? 0) + turn.attempt, digests: digests)
        do {
            let result = try await execution.timeLimit.run { [work] in try await trial.executeBody(names, work) }
            try await execution.end(work.row, StepEnding(outcome: .done, result: result))
            return result
        } catch let error as HistoryError {
            throw error
        } catch {
            try await execution.end(work.row, StepEnding(failure: error))
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
