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

    func validate() throws {
        if !runs.isEmpty, workflow != nil || state != nil {
            throw ValidationError("runs that are named are all that is written: leave out `--workflow` and `--state`")
        }
    }

    func run() async throws {
        try await RecordAccess.reading { history throws(HistoryError) in
            for id in try await ids(history) {
                let run = try await history.run(id)
                let details = try await RunDetails(of: run, history, withItems: true, withCalls: true)
                let called = try await history.calledTexts(of: run.id)
                Console.print(details.export(called).json(.compact))
                // `head` has seen enough.
                guard Console.hasReader else { return }
            }
        }
    }

    private func ids(_ history: HistoryStore) async throws(HistoryError) -> [String] {
        guard runs.isEmpty else { return runs }
        return try await history.runIDs(RunFilter(workflow: workflow, states: state.map { [$0] })).map(\.text)
    }
}

extension RunDetails {
    /// All of it as one value.
    fileprivate func export(_ called: [String: DigestedText]) -> Value {
        guard case .mapping(var fields) = value else { return value }
        fields["workflow_text"] = .string(run.workflowText)
        let texts = called.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value.text)) }
        fields["called_texts"] = .mapping(Mapping(texts, uniquingKeysWith: { first, _ in first }))
        fields["calls"] = .list(calls.map(\.value))
        return .mapping(fields)
    }
}
