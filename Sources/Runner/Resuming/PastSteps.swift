import History
import Jinja
import OrderedCollections

/// What earlier attempts at a run have left of the steps of one scope: of the workflow itself, or of one item of a loop.
struct PastSteps: Sendable {
    static let none = PastSteps([], loops: 0)

    /// By the part of a path that is behind the item, the oldest first.
    private let steps: [String: [StepRecord]]

    /// - Parameter loops: how many loops are around the scope.
    init(_ records: [StepRecord], loops: Int) {
        steps = Dictionary(grouping: records) { Self.key($0.path, loops: loops) }
    }

    /// The attempts at the step of a path.
    func attempts(_ path: String, loops: Int) -> [StepRecord] { steps[Self.key(path, loops: loops), default: []] }

    /// Items may have other places than before: what is in front is theirs.
    private static func key(_ path: String, loops: Int) -> String {
        var rest = path[...]
        for _ in 0..<loops {
            guard let end = rest.firstIndex(of: "]") else { return path }
            rest = rest[rest.index(after: end)...]
        }
        return String(rest)
    }
}

extension StepRecord {
    /// What the step gave.
    var result: Mapping { output.flatMap { try? Value(json: $0) }?.mapping ?? [:] }
}

extension HistoryStore {
    /// What there is of the steps that are in no item.
    func pastSteps(of run: RunID) async throws(HistoryError) -> PastSteps {
        PastSteps(try await allSteps(of: run, scope: .outsideItems), loops: 0)
    }

    /// What there is of the steps that were done with an item.
    func pastSteps(of run: RunID, item: ItemRowID, loops: Int) async throws(HistoryError) -> PastSteps {
        PastSteps(try await allSteps(of: run, scope: .item(item)), loops: loops)
    }
}
