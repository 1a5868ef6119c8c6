import History
import Jinja
import OrderedCollections
import Workflow

/// The items of a `foreach`, so many at a time, with a row for each.
struct ItemLoop: Sendable {
    let execution: StepExecution
    let foreach: Foreach
    let row: StepRowID

    private struct Finished: Sendable {
        var index: Int
        var result: Result<Mapping, any Error>
    }

    func execute(_ names: Mapping) async throws -> Mapping {
        let value = try foreach.items.evaluate(names, environment: execution.run.environment)
        guard let items = value.list else {
            throw StepFailure(
                .badValue, "`foreach` of `\(execution.step.id)` needs a list, and got \(value.kindPhrase)")
        }
        report(.itemsCounted(execution.event, count: items.count))
        var results = [Mapping?](repeating: nil, count: items.count)
        var failures: [Int: String] = [:]
        try await withThrowingTaskGroup(of: Finished.self) { group in
            var next = 0
            func startNext() {
                guard next < items.count else { return }
                let index = next
                next += 1
                group.addTask { try await self.run(items[index], index, names) }
            }
            for _ in 0..<foreach.maxParallel { startNext() }
            while let finished = try await group.next() {
                switch finished.result {
                case .success(let result): results[finished.index] = result
                case .failure(let error):
                    guard foreach.onError == .continue else { throw error }
                    failures[finished.index] = RecordedError(error).message
                }
                startNext()
            }
        }
        let done = results.compactMap { $0.map { Value.mapping($0) } }
        return [
            "items": .list(done),
            "count": .integer(items.count),
            "done": .integer(done.count),
            "failed": .list(
                failures.sorted { $0.key < $1.key }.map { index, message in
                    ["index": .integer(index), "item": items[index], "error": .string(message)]
                }),
        ]
    }

    /// - Throws: only what ends the whole run: an interruption, or a record that cannot be written.
    private func run(_ item: Value, _ index: Int, _ names: Mapping) async throws -> Finished {
        try Task.checkCancellation()
        let history = execution.run.setting.history
        let now = execution.run.setting.now
        let itemRow = try await history.beginItem(step: row, index: index, label: Self.label(item), at: now())
        var names = names
        names[foreach.itemName] = item
        names["index"] = .integer(index)
        do {
            let result = try await body(names, itemRow, index)
            try await history.endItem(itemRow, state: .done, output: Value.mapping(result).json(.compact), at: now())
            execution.run.progress.add { $0.itemsDone += 1 }
            report(.itemFinished(execution.event, index: index, outcome: .done))
            return Finished(index: index, result: .success(result))
        } catch let error as HistoryError {
            throw error
        } catch {
            let outcome = StepExecution.outcome(of: error)
            let isFailure = outcome != .interrupted
            try await history.endItem(
                itemRow, state: isFailure ? .failed : .interrupted, error: RecordedError(error), at: now())
            report(.itemFinished(execution.event, index: index, outcome: outcome))
            guard isFailure else { throw CancellationError() }
            execution.run.progress.add { $0.itemsFailed += 1 }
            return Finished(index: index, result: .failure(error))
        }
    }

    /// A kind of step that has items itself gets a row for each of them; nested steps have their own.
    private func body(_ names: Mapping, _ item: ItemRowID, _ index: Int) async throws -> Mapping {
        let path = "\(execution.path)[\(index)]"
        guard case .kind = execution.step.body else {
            return try await execution.executeBody(names, row: row, item: item, path: path)
        }
        let row = try await execution.begin(path: path, item: item)
        do {
            let result = try await execution.executeBody(names, row: row, item: item, path: path)
            try await execution.end(row, .done, result: result, error: nil)
            return result
        } catch {
            try await execution.end(row, StepExecution.outcome(of: error), result: nil, error: error)
            throw error
        }
    }

    private func report(_ event: RunEvent) {
        execution.run.setting.report(event)
    }

    /// What people are shown of an item: a file's path, a short text.
    private static func label(_ item: Value) -> String {
        let text =
            item["path"]?.string ?? item["name"]?.string ?? item["id"]?.string ?? item.string ?? item.json(.compact)
        return text.count > 120 ? text.prefix(119) + "…" : text
    }
}
