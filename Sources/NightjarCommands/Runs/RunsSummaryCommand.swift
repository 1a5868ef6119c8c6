import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// `nightjar runs summary`: what a night has come to.
struct RunsSummaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Sum up the runs of the last hours by workflow, with what failed.")

    @Option(help: ArgumentHelp("Runs that began within this time, as in `24h` or `7d`.", valueName: "AGE"))
    var since = "24h"

    @Flag(help: "Write it as JSON.")
    var json = false

    func validate() throws {
        guard Duration(written: since) != nil else {
            throw ValidationError("`--since` takes a length of time, as in `24h` or `7d`, not `\(since)`")
        }
    }

    func run() async throws {
        let age = Duration(written: since) ?? .seconds(86_400)
        let start = Date().addingTimeInterval(-age.inSeconds)
        let runs = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.runs(RunFilter(since: start, limit: .max))
        }
        let summary = RunsSummary(runs.reversed())
        if json {
            Console.print(summary.value(since: start).json(.pretty(indent: 2)))
        } else if runs.isEmpty {
            Console.note("no runs have begun in the last \(age.written)")
        } else {
            Console.print(summary.text)
        }
    }
}

/// Runs summed up by workflow, in the order in which the workflows were first run.
struct RunsSummary {
    private struct Group {
        var states: [RunState: Int] = [:]
        var seconds = 0.0
        var items = 0
        var itemsFailed = 0
        var calls = 0
        var tokens = 0
        var files = 0

        var runs: Int { states.values.reduce(0, +) }

        mutating func add(_ run: RunSummary) {
            states[run.state, default: 0] += 1
            seconds += run.seconds ?? 0
            items += run.totals.items
            itemsFailed += run.totals.itemsFailed
            calls += run.totals.calls
            tokens += run.totals.promptTokens + run.totals.generatedTokens
            files += run.totals.files
        }
    }

    private var groups: OrderedDictionary<String, Group> = [:]
    /// Those that did not end well.
    private let troubled: [RunSummary]

    /// - Parameter runs: the oldest first.
    init(_ runs: some Collection<RunSummary>) {
        troubled = runs.filter { [.partial, .failed, .interrupted].contains($0.state) }
        for run in runs { groups[run.workflow, default: Group()].add(run) }
    }

    var text: String {
        let table = Listing(
            columns: [
                .init(title: "WORKFLOW"), .init(title: "RUNS", isRightAligned: true), .init(title: "STATES"),
                .init(title: "TIME", isRightAligned: true), .init(title: "ITEMS", isRightAligned: true),
                .init(title: "CALLS", isRightAligned: true), .init(title: "TOKENS", isRightAligned: true),
                .init(title: "FILES", isRightAligned: true),
            ],
            rows: groups.map { workflow, group in
                let failed = group.itemsFailed > 0 ? " (\(group.itemsFailed) failed)" : ""
                return [
                    workflow, "\(group.runs)", Self.states(group.states), Figures.duration(group.seconds),
                    "\(group.items)\(failed)", "\(group.calls)", "\(group.tokens)", "\(group.files)",
                ]
            })
        let lines = troubled.map { run in
            let reason = run.error?.message ?? Figures.count(run.totals.itemsFailed, "failed item")
            return "\(run.id)  \(run.workflow)  \(run.state.rawValue): \(reason.clipped(to: 120))"
        }
        return ([table.text] + (lines.isEmpty ? [] : [lines.joined(separator: "\n")])).joined(separator: "\n\n")
    }

    private static func states(_ states: [RunState: Int]) -> String {
        RunState.allCases.compactMap { state in states[state].map { "\($0) \(state.rawValue)" } }
            .joined(separator: ", ")
    }

    func value(since start: Date) -> Value {
        let workflows = groups.map { workflow, group -> Value in
            let states = RunState.allCases.map { ($0.rawValue, Value.integer(group.states[$0] ?? 0)) }
            return [
                "workflow": .string(workflow), "runs": .integer(group.runs),
                "states": .mapping(Mapping(states, uniquingKeysWith: { first, _ in first })),
                "seconds": .number((group.seconds * 1000).rounded() / 1000),
                "items": ["total": .integer(group.items), "failed": .integer(group.itemsFailed)],
                "calls": .integer(group.calls), "tokens": .integer(group.tokens), "files": .integer(group.files),
            ]
        }
        return [
            "since": .string(start.formatted(.iso8601)), "workflows": .list(workflows),
            "troubled": .list(troubled.map(\.value)),
        ]
    }
}
