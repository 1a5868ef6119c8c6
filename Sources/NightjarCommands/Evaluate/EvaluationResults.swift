import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// What came of an evaluation, by its run in the history.
struct EvaluationResults: Sendable {
    var run: RunRecord
    var requirements: EvaluationRequirements
    var entries: [EntryResult]

    /// - Throws: ``CommandFailure`` where the run is of no evaluation, or this Nightjar cannot read it.
    init(of run: RunRecord, _ history: HistoryStore) async throws {
        let definition = try await RecordedWorkflow(of: run, history).definition
        guard let evaluation = definition.evaluation else {
            throw CommandFailure(.invalid, "the run \(run.id) is of a workflow, not of an evaluation")
        }
        self.run = run
        requirements = evaluation.requirements
        do throws(HistoryError) {
            let steps = try await history.allSteps(of: run.id, scope: .outsideItems)
            var entries: [EntryResult] = []
            for entry in evaluation.entries {
                let step = steps.last { $0.path == entry.stepID }
                let items =
                    if let step { try await history.allItems(of: run.id, step: step.row) } else { [ItemRecord]() }
                let calls = try await history.callTotals(of: run.id, inItemsOf: entry.stepID)
                let cases = items.compactMap { CaseResult($0) }.sorted { $0.index < $1.index }
                entries.append(EntryResult(entry: entry, cases: cases, calls: calls))
            }
            self.entries = entries
        } catch {
            throw CommandFailure(error)
        }
    }

    /// What was required and not reached, a sentence each.
    var shortfalls: [String] {
        entries.flatMap { entry in
            let wanted: [(String, Double?, Double?)] = [
                ("right", requirements.right, entry.right), ("valid", requirements.valid, entry.valid),
                ("exact", requirements.exact, entry.exact),
                ("similarity", requirements.similarity, entry.similarity),
            ]
            return wanted.compactMap { name, least, reached -> String? in
                guard let least, let reached, reached < least else { return nil }
                return
                    "\(entry.title) reaches \(EntryResult.percent(reached)) for `\(name)`, and \(EntryResult.percent(least)) is required"
            }
        }
    }

    /// How many cases could not be judged.
    var failures: Int { entries.reduce(0) { $0 + $1.failed } }
    /// Why the first of them could not.
    var firstFailure: String? {
        entries.lazy.flatMap(\.cases).first { $0.outcome == .failed }?.reasons.first
    }

    var value: Value {
        [
            "run": .string(run.id.text), "name": .string(run.summary.workflow),
            "state": .string(run.summary.state.rawValue), "started_at": run.summary.fields["started_at"] ?? .null,
            "results": .list(entries.map(\.value)),
            "shortfalls": .list(shortfalls.map { .string($0) }),
        ]
    }
}

/// What a variant came to with a model.
struct EntryResult: Sendable {
    var entry: Evaluation.Entry
    var cases: [CaseResult]
    var calls: CallTotals

    var title: String { entry.model.map { "\(entry.variant) with \($0)" } ?? entry.variant }
    var failed: Int { cases.count { $0.outcome == .failed } }
    /// Shares of the cases that were judged, from 0 to 1; `nil` where there are none, or nothing was expected.
    var right: Double? { share(judged.count { $0.outcome == .right }) }
    var valid: Double? { share(judged.count(where: \.isValid)) }
    var exact: Double? { isCompared ? share(judged.count(where: { $0.isExact == true })) : nil }
    var similarity: Double? {
        guard isCompared, !judged.isEmpty else { return nil }
        return judged.reduce(0) { $0 + ($1.similarity ?? 0) } / Double(judged.count)
    }

    private var judged: [CaseResult] { cases.filter { $0.outcome != .failed } }
    private var isCompared: Bool { cases.contains { $0.similarity != nil } }

    /// For each key of the expected mappings, the share of the cases that expect it in which it was the same. An answer
    /// that was none has no keys.
    var fields: OrderedDictionary<String, Double> {
        var counts: OrderedDictionary<String, (all: Int, same: Int)> = [:]
        for result in cases {
            for (key, isSame) in result.fields {
                let count = counts[key] ?? (0, 0)
                counts[key] = (count.all + 1, count.same + (isSame ? 1 : 0))
            }
        }
        return counts.mapValues { Double($0.same) / Double($0.all) }
    }

    private func share(_ count: Int) -> Double? {
        judged.isEmpty ? nil : Double(count) / Double(judged.count)
    }

    /// To a tenth of a percent; all is said of nothing but all.
    static func percent(_ share: Double) -> String {
        let tenths = share < 1 ? min(999, Int((share * 1000).rounded())) : 1000
        return tenths == 1000 ? "100 %" : "\(tenths / 10).\(tenths % 10) %"
    }

    var value: Value {
        func number(_ share: Double?) -> Value { share.map { .number(($0 * 10_000).rounded() / 10_000) } ?? .null }
        return [
            "variant": .string(entry.variant), "model": entry.model.map { .string($0) } ?? .null,
            "cases": .integer(cases.count), "right": number(right), "valid": number(valid), "exact": number(exact),
            "similarity": number(similarity),
            "fields": .mapping(Mapping(uniqueKeysWithValues: fields.map { ($0.key, number($0.value)) })),
            "failed": .integer(failed), "calls": .integer(calls.calls), "reused_calls": .integer(calls.reused),
            "prompt_tokens": .integer(calls.promptTokens), "generated_tokens": .integer(calls.generatedTokens),
            "seconds": .number((calls.seconds * 1000).rounded() / 1000),
            "cases_judged": .integer(judged.count), "results": .list(cases.map(\.value)),
        ]
    }
}

/// What came of one case.
struct CaseResult: Sendable {
    enum Outcome: String, Sendable {
        case right, wrong
        /// It could not be judged: a model that does not answer is not a wrong answer.
        case failed
    }

    var index: Int
    var digest: String?
    var label: String?
    var outcome: Outcome
    var isValid = false
    var isExact: Bool?
    var similarity: Double?
    var fields: [(key: String, isSame: Bool)] = []
    var answer: Value = .null
    /// Why it is not right, as far as that was told.
    var reasons: [String] = []

    /// - Returns: `nil` for a case that was not come to.
    init?(_ item: ItemRecord) {
        index = item.index
        digest = item.valueDigest
        label = item.label
        switch item.state {
        case .done, .reused:
            let score = Value(recorded: item.output ?? "null").mapping?[Evaluation.scoreStep]?.mapping ?? [:]
            func isTrue(_ key: String) -> Bool? { if case .boolean(let flag)? = score[key] { flag } else { nil } }
            outcome = isTrue("right") == true ? .right : .wrong
            isValid = isTrue("valid") == true
            isExact = isTrue("exact")
            similarity = score["similarity"]?.number
            fields = (score["fields"]?.mapping ?? [:]).map { ($0.key, $0.value == true) }
            answer = score["answer"] ?? .null
            reasons = score["errors"]?.list?.compactMap(\.string) ?? []
        case .failed:
            // The step that was to give the answer refused it.
            let codes: Set<String> = [
                StepFailure.Code.answerInvalid.rawValue, StepFailure.Code.answerTruncated.rawValue,
            ]
            outcome = item.error.map { codes.contains($0.code) } == true ? .wrong : .failed
            reasons = item.error.map { [$0.message] } ?? []
        default: return nil
        }
    }

    var value: Value {
        [
            "index": .integer(index), "outcome": .string(outcome.rawValue), "valid": .boolean(isValid),
            "exact": isExact.map { .boolean($0) } ?? .null, "similarity": similarity.map { .number($0) } ?? .null,
            "answer": answer, "errors": .list(reasons.map { .string($0) }),
        ]
    }
}
