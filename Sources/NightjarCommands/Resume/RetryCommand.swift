import ArgumentParser
import Foundation
import History
import Runner
import Workflow

/// `nightjar retry`: does again what failed in a run, or the whole run.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Do the failed items of a run again, or the whole run.",
        discussion: """
            With `--failed`, the run goes on: only the items and steps that failed are done again, and the steps that use \
            their results. Without it, a new run does all of it again, with its workflow and inputs as they were.
            """)

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run: String

    @Flag(help: "Only what failed.")
    var failed = false

    @OptionGroup var display: RunDisplay
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let history = try RecordAccess.open(Places())
        let record: RunRecord
        do {
            record = try await history.run(run)
        } catch {
            throw CommandFailure(error)
        }
        if failed, record.summary.state == .done {
            throw CommandFailure(.invalid, "nothing failed in the run \(record.id)")
        }
        let work = try await RecordedWorkflow(of: record, history)
        try display.check(work.definition)
        let session = try Session(project: work.project, logging: logging, purpose: work.definition.name)
        let resumption = failed ? Resumption(of: record, inputs: work.inputs, retriesFailures: true) : nil
        var options = RunOptions(json: record.options)
        // Again means again, also for what is done once.
        if !failed { options.isFresh = true }
        try await display.run(session, options: options, history: history) { setting throws(HistoryError) in
            let run = WorkflowRun(work.definition, file: work.file, setting: setting)
            guard let resumption else { return try await run.execute(inputs: work.inputs) }
            return try await run.resume(resumption)
        }
    }
}
