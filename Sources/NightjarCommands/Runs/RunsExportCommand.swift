import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections

/// `nightjar runs export`: runs with all that is recorded of them, as JSON.
struct RunsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write runs with all that is recorded of them as JSON, one run a line.",
        discussion: "Prompts and answers are in it as they were. The oldest run comes first.")

    @Argument(
        help: "Runs by their ids, the beginnings or the last four characters of them, or `latest`; without any, all.")
    var runs: [String] = []

    @Option(help: "Only runs of this workflow.")
    var workflow: String?

    @Option(help: "Only runs in this state: running, done, partial, failed or interrupted.")
    var state: RunState?

    /// How many runs are looked up at a time.
    private static let page = 500

    func run() async throws {
        try await RecordAccess.reading { history throws(HistoryError) in
            for id in try await ids(history) {
                let run = try await history.run(id)
                let details = RunDetails(
                    run: run, steps: try await history.allSteps(of: run.id),
                    items: try await history.allItems(of: run.id),
                    calls: try await history.allCalls(of: run.id), files: try await history.files(of: run.id))
                Console.print(details.export.json(.compact))
            }
        }
    }

    private func ids(_ history: HistoryStore) async throws(HistoryError) -> [String] {
        guard runs.isEmpty else { return runs }
        var ids: [String] = []
        while true {
            let found = try await history.runs(
                RunFilter(workflow: workflow, states: state.map { [$0] }, limit: Self.page, offset: ids.count))
            ids += found.map(\.id.text)
            if found.count < Self.page { return ids.reversed() }
        }
    }
}

extension RunDetails {
    /// All of it as one value.
    fileprivate var export: Value {
        guard case .mapping(var fields) = value else { return value }
        fields["workflow_text"] = .string(run.workflowText)
        fields["calls"] = .list(calls.map(\.value))
        return .mapping(fields)
    }
}
