import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// The table of an evaluation: variants and models side by side.
struct EvaluationTable {
    let results: EvaluationResults
    let comparison: EvaluationComparison?

    private var entries: [EntryResult] { results.entries }

    var text: String {
        let fields = OrderedSet(entries.flatMap { $0.fields.keys })
        let hasExact = entries.contains { $0.exact != nil }
        let hasModels = entries.contains { $0.entry.model != nil }
        let hasFailures = results.failures > 0
        var columns: [(title: String, isRightAligned: Bool, cell: (EntryResult) -> String)] = [
            ("VARIANT", false, { $0.entry.variant })
        ]
        if hasModels { columns.append(("MODEL", false, { $0.entry.model ?? "" })) }
        columns.append(("CASES", true, { "\($0.cases.count)" }))
        columns.append(("RIGHT", true, right))
        if hasExact {
            columns.append(("EXACT", true, { share($0.exact) }))
            columns.append(("SIMILAR", true, { share($0.similarity) }))
        }
        columns.append(("VALID", true, { share($0.valid) }))
        for field in fields { columns.append((field.printable.clipped(to: 24), true, { share($0.fields[field]) })) }
        if hasFailures { columns.append(("FAILED", true, { "\($0.failed)" })) }
        columns.append(("TOKENS", true, tokens))
        columns.append(("S/CASE", true, seconds))
        return Listing(
            columns: columns.map { .init(title: $0.title, isRightAligned: $0.isRightAligned) },
            rows: entries.map { entry in columns.map { $0.cell(entry) } }
        ).text
    }

    private func share(_ share: Double?) -> String { share.map(EntryResult.percent) ?? "" }

    /// With the change since the other run in the cases of both, in points of a percent.
    private func right(_ entry: EntryResult) -> String {
        guard let now = entry.right else { return "" }
        let change = comparison?.changes.first { $0.entry.entry == entry.entry }
        guard let growth = change?.growth else { return EntryResult.percent(now) }
        let tenths = Int((growth * 1000).rounded())
        let sign = tenths < 0 ? "−" : "+"
        return "\(EntryResult.percent(now)) (\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10))"
    }

    /// Of the prompts and the answers to a case, on average.
    private func tokens(_ entry: EntryResult) -> String {
        guard !entry.cases.isEmpty, entry.calls.calls > 0 else { return "" }
        func mean(_ tokens: Int) -> Int { Int((Double(tokens) / Double(entry.cases.count)).rounded()) }
        return "\(mean(entry.calls.promptTokens)) + \(mean(entry.calls.generatedTokens))"
    }

    private func seconds(_ entry: EntryResult) -> String {
        guard !entry.cases.isEmpty, entry.calls.calls > 0 else { return "" }
        let thousandths = Int((entry.calls.seconds / Double(entry.cases.count) * 1000).rounded())
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The cases that are not right, a line each.
    var wrongCases: String {
        entries.flatMap { entry in
            entry.cases.filter { $0.outcome != .right }.map { result in
                let answer = result.answer.isNull ? "" : ": \(result.answer.string ?? result.answer.json(.compact))"
                let reason = result.reasons.isEmpty ? "" : " (\(result.reasons.joined(separator: "; ")))"
                return "\(entry.title), case \(result.index + 1), \(result.outcome.rawValue)\(answer)\(reason)"
                    .printable.clipped(to: 400)
            }
        }.joined(separator: "\n")
    }
}
