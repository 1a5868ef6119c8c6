import History
import Jinja
import OrderedCollections
import Workflow

/// An evaluation beside an earlier run of it.
struct EvaluationComparison {
    let now: EvaluationResults
    let before: EvaluationResults

    /// What has changed with a variant and a model.
    struct Change {
        var entry: EntryResult
        var before: EntryResult
        /// Cases of both runs, by their numbers now.
        var mended: [CaseResult] = []
        var broken: [CaseResult] = []
        var common = 0

        /// With both models, where the other one was another.
        var title: String {
            guard let old = before.entry.model, old != entry.entry.model else { return entry.title }
            return "\(entry.title), before with \(old)"
        }

        /// By how much the share of right answers has grown among the cases of both runs, from -1 to 1.
        var growth: Double? {
            common == 0 ? nil : Double(mended.count - broken.count) / Double(common)
        }
    }

    let changes: [Change]

    init(now: EvaluationResults, before: EvaluationResults) {
        self.now = now
        self.before = before
        changes = now.entries.compactMap { entry in
            let sameVariant = before.entries.filter { $0.entry.variant == entry.entry.variant }
            let isOnlyOne =
                sameVariant.count == 1
                && now.entries.count { $0.entry.variant == entry.entry.variant } == 1
            // A model that stands alone in its place is compared with the one that stood there.
            let same = sameVariant.first { $0.entry.model == entry.entry.model } ?? (isOnlyOne ? sameVariant[0] : nil)
            return same.map { Self.change(of: entry, from: $0) }
        }
    }

    private static func change(of entry: EntryResult, from before: EntryResult) -> Change {
        var change = Change(entry: entry, before: before)
        // A case is the same by what it is, wherever it stands in the table.
        var known = Dictionary(grouping: before.cases.reversed(), by: { $0.digest ?? "\($0.index)" })
        for result in entry.cases {
            guard let old = known[result.digest ?? "\(result.index)"]?.popLast() else { continue }
            guard old.outcome != .failed, result.outcome != .failed else { continue }
            change.common += 1
            if result.outcome == old.outcome { continue }
            if result.outcome == .right { change.mended.append(result) } else { change.broken.append(result) }
        }
        return change
    }

    var text: String {
        let lines = changes.flatMap { change -> [String] in
            func numbers(_ cases: [CaseResult]) -> String {
                let shown = cases.prefix(Self.mostShown).map { "\($0.index + 1)" }.joined(separator: ", ")
                return shown + (cases.count > Self.mostShown ? ", …" : "")
            }
            var lines = [
                "\(change.title): \(Figures.count(change.mended.count, "case")) now right, \(change.broken.count) now wrong, of \(change.common) in both runs"
            ]
            if !change.mended.isEmpty { lines.append("  now right: \(numbers(change.mended))") }
            if !change.broken.isEmpty { lines.append("  now wrong: \(numbers(change.broken))") }
            return lines
        }
        let head = "compared with the run \(before.run.id) of \(Figures.moment(before.run.summary.started)):"
        return ([head] + (lines.isEmpty ? ["nothing of it is the same"] : lines)).joined(separator: "\n")
    }

    private static let mostShown = 20

    var value: Value {
        [
            "run": .string(before.run.id.text),
            "changes": .list(
                changes.map { change in
                    [
                        "variant": .string(change.entry.entry.variant),
                        "model": change.entry.entry.model.map { .string($0) } ?? .null,
                        "model_before": change.before.entry.model.map { .string($0) } ?? .null,
                        "common_cases": .integer(change.common),
                        "now_right": .list(change.mended.map { .integer($0.index) }),
                        "now_wrong": .list(change.broken.map { .integer($0.index) }),
                    ]
                }),
        ]
    }
}
