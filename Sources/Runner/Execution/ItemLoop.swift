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
        var item: ItemRowID?
        var attempt = 1
    }

    private enum Event: Sendable {
        case done(Int, Mapping)
        case failed(Int, any Error)
        /// Another attempt is to be made. Until then the item leaves its place to others.
        case postponed(Turn, Duration)
        case rested(Turn)
    }

    func execute(_ names: Mapping) async throws -> Mapping {
        let items = try items(names)
        execution.run.setting.report(.itemsCounted(execution.event, count: items.count))
        var tally = ItemTally(
            count: items.count, keepsResults: execution.run.definition.demands.keepsItems(of: execution.step.id))
        try await withThrowingTaskGroup(of: Event.self) { group in
            var next = 0
            var rested: [Turn] = []
            var busy = 0
            func startNext() {
                let turn: Turn
                if let waiting = rested.first {
                    rested.removeFirst()
                    turn = waiting
                } else if next < items.count {
                    turn = Turn(index: next)
                    next += 1
                } else {
                    return
                }
                busy += 1
                group.addTask { try await self.take(turn, items[turn.index], names) }
            }
            for _ in 0..<foreach.maxParallel { startNext() }
            while let event = try await group.next() {
                switch event {
                case .done(let index, let result):
                    busy -= 1
                    tally.noteDone(index, result)
                case .failed(let index, let error):
                    busy -= 1
                    guard foreach.onError == .continue else { throw error }
                    tally.noteFailed(index, RecordedError(error).message)
                case .postponed(let turn, let delay):
                    busy -= 1
                    let sleep = execution.run.setting.sleep
                    group.addTask {
                        try await sleep(delay)
                        return .rested(turn)
                    }
                case .rested(let turn): rested.append(turn)
                }
                while busy < foreach.maxParallel, !rested.isEmpty || next < items.count { startNext() }
            }
        }
        return tally.result(items)
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
    private func take(_ turn: Turn, _ item: Value, _ names: Mapping) async throws -> Event {
        try Task.checkCancellation()
        let history = execution.run.setting.history
        let now = execution.run.setting.now
        let itemRow: ItemRowID
        if let begun = turn.item {
            itemRow = begun
        } else {
            itemRow = try await history.beginItem(step: row, index: turn.index, label: Self.label(item), at: now())
        }
        var names = names
        names[foreach.itemName] = item
        names["index"] = .integer(turn.index)
        let trial = execution.trial()
        do {
            let result = try await attempt(turn, by: trial, names, itemRow)
            execution.keepOutcomes(of: trial)
            try await history.endItem(itemRow, state: .done, output: Value.mapping(result).json(.compact), at: now())
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
                return .postponed(Turn(index: turn.index, item: itemRow, attempt: turn.attempt + 1), delay)
            }
            execution.keepOutcomes(of: trial)
            let isFailure = outcome != .interrupted
            try await history.endItem(
                itemRow, state: isFailure ? .failed : .interrupted, error: RecordedError(error), at: now())
            report(turn.index, outcome)
            guard isFailure else { throw CancellationError() }
            execution.run.progress.addOutcome { $0.itemsFailed += 1 }
            return .failed(turn.index, error)
        }
    }

    /// A kind of step that has items itself gets a row for each attempt; nested steps have their own.
    private func attempt(
        _ turn: Turn, by trial: StepExecution, _ names: Mapping, _ item: ItemRowID
    ) async throws -> Mapping {
        let path = execution.event(ofItem: turn.index).path
        guard case .kind = execution.step.body else {
            return try await execution.timeLimit.run { [row] in
                try await trial.executeBody(names, row: row, item: item, path: path)
            }
        }
        let own = try await execution.begin(path: path, item: item, attempt: turn.attempt)
        do {
            let result = try await execution.timeLimit.run {
                try await trial.executeBody(names, row: own, item: item, path: path)
            }
            try await execution.end(own, StepEnding(outcome: .done, result: result))
            return result
        } catch {
            try await execution.end(own, StepEnding(failure: error))
            throw error
        }
    }

    private func report(_ index: Int, _ outcome: StepOutcome) {
        execution.run.setting.report(.itemFinished(execution.event, index: index, outcome: outcome))
    }

    /// What people are shown of an item: a file's path, a short text.
    private static func label(_ item: Value) -> String {
        let text =
            item["path"]?.string ?? item["name"]?.string ?? item["key"]?.string ?? item["id"]?.string ?? item.string
            ?? item.json(.compact)
        return text.count > 120 ? text.prefix(119) + "…" : text
    }
}

/// What the items of a `foreach` came to. Results are kept only where an expression asks for them.
private struct ItemTally {
    private let count: Int
    private var results: [Mapping?]
    private var done = 0
    private var failures: [Int: String] = [:]

    init(count: Int, keepsResults: Bool) {
        self.count = count
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
