import ArgumentParser
import Foundation
import History
import Jinja

/// `nightjar runs list`: runs, the newest first.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs, the newest first.", aliases: ["ls"])

    @Option(help: "Only runs of this workflow.")
    var workflow: String?

    @Option(help: "Only runs in this state: running, done, partial, failed or interrupted.")
    var state: RunState?

    @Option(help: "So many runs at most.")
    var limit = 20

    @Flag(help: "Write the runs as JSON.")
    var json = false

    @Flag(help: "Write the ids only, one a line.")
    var ids = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("`--limit` takes a number of at least 1") }
    }

    func run() async throws {
        let runs = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.runs(RunFilter(workflow: workflow, states: state.map { [$0] }, limit: limit))
        }
        if json {
            Console.print(Value.list(runs.map(\.value)).json(.pretty(indent: 2)))
        } else if ids {
            for run in runs { Console.print(run.id.text) }
        } else if runs.isEmpty {
            Console.note("no runs are recorded" + (workflow == nil && state == nil ? " yet" : " that fit"))
        } else {
            Console.print(table(of: runs).text)
        }
    }

    private func table(of runs: [RunSummary]) -> Listing {
        Listing(
            columns: [
                .init(title: "ID"), .init(title: "WORKFLOW"), .init(title: "STATE"),
                .init(title: "STARTED"), .init(title: "TIME", isRightAligned: true),
                .init(title: "ITEMS", isRightAligned: true), .init(title: "CALLS", isRightAligned: true),
                .init(title: "TOKENS", isRightAligned: true),
            ],
            rows: runs.map { run in
                let totals = run.totals
                let failed = totals.itemsFailed > 0 ? " (\(totals.itemsFailed) failed)" : ""
                return [
                    run.id.text, run.workflow, run.state.rawValue, Figures.moment(run.started),
                    run.seconds.map(Figures.duration) ?? "", "\(totals.items)\(failed)", "\(totals.calls)",
                    "\(totals.promptTokens + totals.generatedTokens)",
                ]
            })
    }
}

extension RunState: ExpressibleByArgument {}
