import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections

/// `nightjar runs show`: everything that is recorded of a run.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run with its steps, or its model calls.")

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run = "latest"

    @Flag(help: "Show every prompt and answer.")
    var calls = false

    @Flag(help: "Write it as JSON.")
    var json = false

    func run() async throws {
        let reference = run
        let wantsCalls = calls
        let found = try await RecordAccess.reading { history throws(HistoryError) in
            let run = try await history.run(reference)
            return RunDetails(
                run: run, steps: try await history.allSteps(of: run.id),
                items: wantsCalls ? [] : try await history.allItems(of: run.id),
                calls: wantsCalls ? try await history.allCalls(of: run.id) : [],
                files: try await history.files(of: run.id))
        }
        if json {
            Console.print((calls ? found.callsValue : found.value).json(.pretty(indent: 2)))
        } else {
            Console.print(calls ? found.callsText : found.text)
        }
    }
}

/// A run with all its rows.
struct RunDetails: Sendable {
    var run: RunRecord
    var steps: [StepRecord]
    var items: [ItemRecord]
    var calls: [CallRecord]
    var files: [FileRecord]

    var value: Value {
        var fields = run.fields
        fields["steps"] = .list(
            steps.map { step in
                guard case .mapping(var entry) = step.value else { return step.value }
                let own = items.filter { $0.step == step.row }
                if !own.isEmpty { entry["items"] = .list(own.map(\.value)) }
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

extension HistoryStore {
    /// Every row, a page at a time, as the record hands them out.
    private func pages<Record>(
        _ next: (Record?) async throws(HistoryError) -> [Record]
    ) async throws(HistoryError) -> [Record] {
        var all: [Record] = []
        while true {
            let page = try await next(all.last)
            guard !page.isEmpty else { return all }
            all += page
        }
    }

    func allItems(of run: RunID) async throws(HistoryError) -> [ItemRecord] {
        try await pages { last throws(HistoryError) in try await items(of: run, after: last?.row) }
    }

    func allCalls(of run: RunID) async throws(HistoryError) -> [CallRecord] {
        try await pages { last throws(HistoryError) in try await calls(of: run, after: last?.row) }
    }
}
