import History
import Workflow

/// What the page of a run shows of the record.
struct RunReport: Sendable {
    /// A step with what belongs to it.
    struct StepPart: Sendable {
        var record: StepRecord
        var calls: [CallRecord] = []
        var loop: Loop?
    }

    /// The items of a `foreach`: those first that failed, that were interrupted, or inside which something failed; then the
    /// others, each in order.
    struct Loop: Sendable {
        var counts: [ItemState: Int] = [:]
        var items: [ItemPart] = []
        var failedLeftOut = 0
        var othersLeftOut = 0

        var total: Int { counts.values.reduce(0, +) }
    }

    struct ItemPart: Sendable {
        var record: ItemRecord
        var steps: [StepPart]
    }

    /// The calls of one model.
    struct ModelPart: Sendable {
        var name: String
        var digest: String?
        var calls = 0
        var failed = 0
        var promptTokens = 0
        var generatedTokens = 0
        var seconds = 0.0
    }

    var run: RunRecord
    var steps: [StepPart]
    var models: [ModelPart]
    var files: [FileRecord]
    var called: [String: DigestedText]

    /// - Parameter items: how many items that have not failed there are at most.
    init(of run: RunRecord, items: Int, _ history: HistoryStore) async throws(HistoryError) {
        var reader = ReportReader(run: run.id, history: history, othersLeft: items)
        self.run = run
        steps = try await reader.steps(.outsideItems)
        models = try await reader.models()
        files = try await history.allFiles(of: run.id)
        called = try await history.calledTexts(of: run.id)
    }
}

/// Reads the parts page by page, and keeps those that will be shown.
private struct ReportReader {
    let run: RunID
    let history: HistoryStore
    /// How many more items that have not failed will be kept.
    var othersLeft: Int
    /// The same for failed ones: more of them tell nobody more, and no mail takes the page.
    var failedLeft = 2_000

    mutating func steps(_ scope: StepScope) async throws(HistoryError) -> [RunReport.StepPart] {
        var parts: [RunReport.StepPart] = []
        for record in try await history.allSteps(of: run, scope: scope) {
            var part = RunReport.StepPart(record: record)
            let asksModel = StepKinds.all.first { $0.key == record.kind }?.asksModel ?? false
            if asksModel { part.calls = try await calls(of: record.row) }
            part.loop = try await loop(record.row)
            parts.append(part)
        }
        return parts
    }

    /// `nil` where the step has no items.
    private mutating func loop(_ step: StepRowID) async throws(HistoryError) -> RunReport.Loop? {
        var loop = RunReport.Loop()
        var failed: [ItemRecord] = []
        var others: [ItemRecord] = []
        var last: ItemRowID?
        while true {
            let page = try await history.items(of: run, step: step, after: last)
            for item in page {
                loop.counts[item.state, default: 0] += 1
                if item.state == .failed || item.state == .interrupted || item.failures != .none {
                    if failedLeft > 0 { failed.append(item) } else { loop.failedLeftOut += 1 }
                    failedLeft = max(0, failedLeft - 1)
                } else {
                    if othersLeft > 0 { others.append(item) } else { loop.othersLeftOut += 1 }
                    othersLeft = max(0, othersLeft - 1)
                }
            }
            guard let end = page.last else { break }
            last = end.row
        }
        guard loop.total > 0 else { return nil }
        for item in failed.sorted(by: { $0.index < $1.index }) + others.sorted(by: { $0.index < $1.index }) {
            loop.items.append(RunReport.ItemPart(record: item, steps: try await steps(.item(item.row))))
        }
        return loop
    }

    private func calls(of step: StepRowID) async throws(HistoryError) -> [CallRecord] {
        try await history.calls(of: run, step: step)
    }

    /// What each model has done, in the order of their first calls.
    func models() async throws(HistoryError) -> [RunReport.ModelPart] {
        var models: [RunReport.ModelPart] = []
        var last: CallRowID?
        while true {
            let page = try await history.calls(of: run, after: last)
            for call in page {
                let name = call.result.model ?? call.call.model
                let digest = call.result.digest
                let index =
                    models.firstIndex { $0.name == name && (digest == nil || $0.digest == nil || $0.digest == digest) }
                    ?? models.count
                if index == models.count { models.append(RunReport.ModelPart(name: name)) }
                models[index].digest = models[index].digest ?? digest
                models[index].calls += 1
                models[index].failed += call.state == .failed ? 1 : 0
                models[index].promptTokens += call.result.promptTokens ?? 0
                models[index].generatedTokens += call.result.generatedTokens ?? 0
                models[index].seconds += call.seconds ?? 0
            }
            guard let end = page.last else { return models }
            last = end.row
        }
    }
}
