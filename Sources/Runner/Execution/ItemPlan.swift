import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// The items of a `foreach`, with what is to be done with each: decided and recorded before the first begins.
struct ItemPlan: Sendable {
    /// What becomes of an item.
    enum Fate: Sendable, Hashable {
        /// Its turn comes. Whether it has a row from before: then it may have steps that are done. Whether these are done
        /// again, too.
        case todo(isKnown: Bool, anew: Bool)
        /// An earlier attempt at the run has done it.
        case kept
        /// Its result comes from another run.
        case reused
        /// It failed in an earlier attempt, and stays so.
        case failed(String)
        /// Another item of this list has the same key: it gets what that one gives.
        case follows(Int)
    }

    struct Entry: Sendable {
        var value: Value
        var key: String?
        var row: ItemRowID
        var workDigest: String
        var fate: Fate
        /// What failed inside an item that is kept.
        var failures: InnerFailures

        /// Of a kind of step that has items itself.
        var digests: StepDigests { StepDigests(definition: workDigest, inputs: "") }
    }

    private(set) var entries: [Entry]
    /// Under which other runs find the results of items that are done once; `nil` where they do not.
    let onceDefinition: String?
    /// For the steps of an item.
    let digests: NameDigests

    func once(_ index: Int) -> OnceKey? {
        guard let onceDefinition, let key = entries[index].key else { return nil }
        return OnceKey(definition: onceDefinition, key: key)
    }

    var count: ItemsCount {
        var count = ItemsCount(total: entries.count)
        for entry in entries {
            switch entry.fate {
            case .kept: count.kept += 1
            case .reused: count.reused += 1
            case .failed: count.failed += 1
            case .todo, .follows: break
            }
        }
        return count
    }
}

/// Makes the plan of a loop.
struct ItemPlanner: Sendable {
    let execution: StepExecution
    let foreach: Foreach
    let work: StepExecution.Work
    let names: Mapping

    private var run: RunContext { execution.run }
    private var history: HistoryStore { run.setting.history }
    private var step: Step { execution.step }

    /// - Parameter isReopened: whether an earlier attempt at the run has items of this loop.
    func plan(_ values: [Value], isReopened: Bool) async throws -> ItemPlan {
        let digests = execution.surroundings.digests.inside(names, items: [foreach.itemName, "index"])
        let definition = step.definitionDigest(run.definition, model: run.setting.options.model)
        let around = execution.surroundings.digests.digest(of: step.outerReferences, names)
        let usesIndex = step.usesIndex
        let keys = try keys(of: values)
        var past = PastItems(isReopened ? try await history.pastItems(step: work.row) : [])
        var planned: [PlannedItem] = []
        var fates: [ItemPlan.Fate] = []
        var failures: [InnerFailures] = []
        var changed: [Int] = []
        for (index, value) in values.enumerated() {
            try Task.checkCancellation()
            let valueDigest = TextDigest.of(value.json(.compact))
            let workDigest = TextDigest.of(definition, around, valueDigest, usesIndex ? "\(index)" : "")
            let item = past.take(index: index, key: keys?[index], valueDigest: valueDigest)
            let fate = fate(of: item, valueDigest: valueDigest, workDigest)
            let isKept = !fate.isTodo
            planned.append(
                PlannedItem(
                    row: item?.row, index: index, key: keys?[index], label: label(of: value), valueDigest: valueDigest,
                    workDigest: workDigest, plan: isKept ? .kept : .pending))
            fates.append(fate)
            failures.append(isKept ? item?.failures ?? .none : .none)
            if item?.isAt(index, key: keys?[index], workDigest) != true { changed.append(index) }
        }
        let once = onceDefinition(definition)
        if let once {
            changed = try await reuse(&planned, &fates, once: once, changed: changed)
            follow(&fates, keys: planned.map(\.key))
        }
        let rows = try await record(planned, changed, gone: past.left)
        return ItemPlan(
            entries: values.indices.map { index in
                ItemPlan.Entry(
                    value: values[index], key: keys?[index], row: rows[index],
                    workDigest: planned[index].workDigest ?? "", fate: fates[index], failures: failures[index])
            }, onceDefinition: once, digests: digests)
    }

    private func fate(of item: PastItem?, valueDigest: String, _ workDigest: String) -> ItemPlan.Fate {
        guard let item else { return .todo(isKnown: false, anew: false) }
        // Of another value with the same key nothing is taken: steps may read what it only names.
        guard !work.doesAnew, item.valueDigest == valueDigest else { return .todo(isKnown: true, anew: true) }
        let isBehindNewWork = work.isAfterNewWork || work.lastEnd.map { item.started < $0 } == true
        guard item.workDigest == workDigest, !(isBehindNewWork && step.looksAround && item.state.isDone) else {
            return .todo(isKnown: true, anew: false)
        }
        switch item.state {
        case .done, .reused:
            return run.retriesFailures && item.failures != .none ? .todo(isKnown: true, anew: false) : .kept
        case .failed where foreach.onError == .continue && !run.retriesFailures:
            return .failed(item.error?.message ?? "it failed")
        // What failed in an item may have come of what was done before in it.
        case .failed: return .todo(isKnown: true, anew: run.retriesFailures)
        default: return .todo(isKnown: true, anew: false)
        }
    }

    /// Takes what other runs have done.
    ///
    /// - Returns: the items whose rows change, those with such results included.
    private func reuse(
        _ planned: inout [PlannedItem], _ fates: inout [ItemPlan.Fate], once: String, changed: [Int]
    ) async throws -> [Int] {
        guard !run.setting.options.isFresh else { return changed }
        let open = fates.indices.filter { fates[$0].isTodo }
        let known = try await history.doneOnce(
            definition: once, among: open.compactMap { planned[$0].key }, otherThan: run.id, at: run.setting.now())
        var changed = Set(changed)
        for index in open {
            guard let key = planned[index].key, known.contains(key) else { continue }
            planned[index].plan = .reused(OnceKey(definition: once, key: key))
            fates[index] = .reused
            changed.insert(index)
        }
        return changed.sorted()
    }

    /// Of items with the same key, the first is done; those that come behind one that is done get what it gave.
    private func follow(_ fates: inout [ItemPlan.Fate], keys: [String?]) {
        var leaders: [String: Int] = [:]
        for (index, fate) in fates.enumerated() {
            if fate == .kept, let key = keys[index], leaders[key] == nil { leaders[key] = index }
        }
        for index in fates.indices where fates[index].isTodo {
            guard let key = keys[index] else { continue }
            guard let leader = leaders[key] else {
                leaders[key] = index
                continue
            }
            fates[index] = .follows(leader)
        }
    }

    /// Writes down what is new and what is gone, and takes the rows of all that are there.
    private func record(_ planned: [PlannedItem], _ changed: [Int], gone: [ItemRowID]) async throws -> [ItemRowID] {
        let now = run.setting.now()
        if !gone.isEmpty { try await history.dropItems(gone, at: now) }
        let rows = try await history.planItems(changed.map { planned[$0] }, step: work.row, at: now)
        var all = planned.map(\.row)
        for (index, row) in zip(changed, rows) { all[index] = row }
        return all.compactMap(\.self)
    }

    private func keys(of values: [Value]) throws -> [String]? {
        guard let key = foreach.key else { return nil }
        return try values.enumerated().map { index, value in
            var names = names
            names[foreach.itemName] = value
            names["index"] = .integer(index)
            let text = try key.render(names, environment: run.environment).trimmingCharacters(
                in: .whitespacesAndNewlines)
            guard !text.isEmpty else {
                throw StepFailure(
                    .badValue, "the `key` of item \(index) of `\(step.id)` is empty, so it tells nothing apart")
            }
            return text
        }
    }

    /// The digest of the workflow's file, the step, and what it does with an item.
    private func onceDefinition(_ definition: String) -> String? {
        guard foreach.isOnce else { return nil }
        let place = execution.path.withoutItemNumbers
        return TextDigest.of(names["workflow"]?["path"]?.string ?? run.definition.name, place, definition)
    }

    /// What people are shown of an item: a file's path, a short text.
    private func label(of item: Value) -> String {
        let text =
            item["path"]?.string ?? item["name"]?.string ?? item["key"]?.string ?? item["id"]?.string ?? item.string
            ?? item.json(.compact)
        return text.count > 120 ? text.prefix(119) + "…" : text
    }
}

extension ItemPlan.Fate {
    var isTodo: Bool {
        if case .todo = self { true } else { false }
    }
}

extension PastItem {
    /// Whether the row says of the item already what is to be said.
    fileprivate func isAt(_ index: Int, key: String?, _ workDigest: String) -> Bool {
        self.index == index && self.key == key && self.workDigest == workDigest
    }
}

/// The items that an earlier attempt had, to be found again in a list that may have changed.
private struct PastItems {
    private var items: [PastItem?]
    private let byIndex: [Int: Int]
    private var byValue: [String: [Int]]
    private var byKey: [String: [Int]]

    init(_ items: [PastItem]) {
        self.items = items
        byIndex = Dictionary(items.enumerated().map { ($1.index, $0) }, uniquingKeysWith: { first, _ in first })
        // The last of each is taken first.
        byValue = Dictionary(
            grouping: items.indices.reversed().filter { items[$0].valueDigest != nil },
            by: { items[$0].valueDigest ?? "" })
        byKey = Dictionary(
            grouping: items.indices.reversed().filter { items[$0].key != nil }, by: { items[$0].key ?? "" })
    }

    /// The items that the list does not have any more.
    var left: [ItemRowID] { items.compactMap { $0?.row } }

    /// Finds an item again: in its place, else by what it is, else by its key.
    mutating func take(index: Int, key: String?, valueDigest: String) -> PastItem? {
        guard !items.isEmpty else { return nil }
        if let place = byIndex[index], items[place]?.valueDigest == valueDigest { return take(place) }
        while let place = byValue[valueDigest]?.popLast() {
            if let item = take(place) { return item }
        }
        guard let key else { return nil }
        while let place = byKey[key]?.popLast() {
            if let item = take(place) { return item }
        }
        return nil
    }

    private mutating func take(_ place: Int) -> PastItem? {
        defer { items[place] = nil }
        return items[place]
    }
}
