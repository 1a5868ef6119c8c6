import Foundation
import History
import Jinja
import OrderedCollections

/// A run with all its rows.
struct RunDetails: Sendable {
    var run: RunRecord
    var steps: [StepRecord]
    var items: [ItemRecord]
    var calls: [CallRecord]
    var files: [FileRecord]

    init(
        of run: RunRecord, _ history: HistoryStore, withItems: Bool, withCalls: Bool
    ) async throws(HistoryError) {
        self.run = run
        steps = try await history.allSteps(of: run.id)
        items = withItems ? try await history.allItems(of: run.id) : []
        calls = withCalls ? try await history.allCalls(of: run.id) : []
        files = try await history.allFiles(of: run.id)
    }

    var value: Value {
        var fields = run.fields
        let byStep = Dictionary(grouping: items, by: \.step)
        fields["steps"] = .list(
            steps.map { step in
                guard case .mapping(var entry) = step.value else { return step.value }
                if let own = byStep[step.row] { entry["items"] = .list(own.map(\.value)) }
                return .mapping(entry)
            })
        fields["files"] = .list(files.map(\.value))
        return .mapping(fields)
    }

    var callsValue: Value {
        var fields = run.fields
        fields["calls"] = .list(calls.map(\.value))
        return .mapping(fields)
    }

    var text: String {
        var parts = [head]
        let table = Listing(
            columns: [
                .init(title: "STEP"), .init(title: "KIND"), .init(title: "STATE"),
                .init(title: "TIME", isRightAligned: true), .init(title: "ERROR"),
            ],
            rows: steps.map { step in
                [
                    step.path + (step.attempt > 1 ? " (attempt \(step.attempt))" : ""), step.kind, step.state.rawValue,
                    step.seconds.map(Figures.duration) ?? "",
                    step.error?.message.clipped(to: 100) ?? "",
                ]
            })
        parts.append(table.text)
        if !files.isEmpty {
            parts.append(
                Listing(
                    columns: [
                        .init(title: "FILE"), .init(title: "SIZE", isRightAligned: true), .init(title: "SHA256"),
                    ],
                    rows: files.map { [$0.path, Figures.bytes($0.bytes), String($0.sha256.prefix(12))] }
                ).text)
        }
        return parts.joined(separator: "\n\n")
    }

    private var head: String {
        let summary = run.summary
        var lines = [
            "\(summary.id)  \(summary.workflow)  \(summary.state.rawValue)",
            "started   \(Figures.moment(summary.started))"
                + (summary.seconds.map { ", took \(Figures.duration($0))" } ?? ""),
            "inputs    \(run.inputs)",
        ]
        if let outputs = run.outputs { lines.append("outputs   \(outputs.clipped(to: 400))") }
        let totals = summary.totals
        if totals.calls > 0 {
            lines.append(
                "models    \(Figures.count(totals.calls, "call")), \(totals.promptTokens) prompt and \(totals.generatedTokens) answer tokens"
            )
        }
        if let error = summary.error { lines.append("error     \(error.message)") }
        if run.resumes > 0 { lines.append("resumed   \(Figures.count(run.resumes, "time"))") }
        if let source = run.source { lines.append("began     with results of \(source)") }
        if [.failed, .interrupted].contains(summary.state) {
            lines.append("go on     nightjar resume \(summary.id)")
        }
        return lines.joined(separator: "\n")
    }

    var callsText: String {
        guard !calls.isEmpty else { return "the run called no model" }
        return calls.map { call in
            let tokens = "\(call.result.promptTokens ?? 0) + \(call.result.generatedTokens ?? 0) tokens"
            let head =
                "── \(call.stepPath)  \(call.result.model ?? call.call.model)  \(call.state.rawValue)  \(tokens)  \(call.seconds.map(Figures.duration) ?? "")"
            let prompt = call.result.renderedPrompt ?? call.call.messages
            let answer = call.result.response ?? call.error?.message ?? ""
            return "\(head)\n\(prompt)\n── answer\n\(answer)\n"
        }.joined(separator: "\n")
    }
}
