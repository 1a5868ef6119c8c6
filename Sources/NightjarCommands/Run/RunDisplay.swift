import ArgumentParser
import Foundation
import History
import Inference
import Jinja
import Runner
import Workflow

/// How a run is shown, and what it may accept: the options of all commands that run a workflow.
struct RunDisplay: ParsableArguments {
    @Flag(help: "Write what happens as JSON, one event a line; the last one is the finished run.")
    var json = false

    @Option(name: .customLong("output"), help: "Print this output of the workflow alone.")
    var onlyOutput: String?

    @Flag(help: "Accept models that have changed since they were pinned, and pin them anew.")
    var updateLock = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    /// - Throws: ``CommandFailure`` where the one output that is wanted does not exist.
    func check(_ definition: WorkflowDefinition) throws {
        try OutputText.check(onlyOutput, of: definition)
    }

    /// Runs, shows what happens, prints what the run gave, and ends with its exit code.
    ///
    /// - Parameter body: does the work with the setting that it is given.
    func run(
        _ session: Session, options: RunOptions, history: HistoryStore, scheduled: ScheduledRun? = nil,
        _ body: @escaping @Sendable (RunSetting) async throws(HistoryError) -> RunOutcome
    ) async throws {
        let run = ObservedRun(
            observer: json ? EventLines() : ObservedRun.progress(isQuiet: quiet), updatesLock: updateLock)
        try present(
            try await run.outcome(session, options: options, history: history, scheduled: scheduled, body))
    }

    /// Prints what the run gave and turns its end into the exit code.
    private func present(_ outcome: RunOutcome) throws {
        if !json {
            OutputText(outcome.outputs, only: onlyOutput).print()
            if let error = outcome.error, outcome.state == .failed { Console.error(error.message) }
        }
        try ExitStatus.end(as: outcome.state, outcome.error)
    }
}
