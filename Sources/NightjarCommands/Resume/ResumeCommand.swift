import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// `nightjar resume`: goes on with a run that did not finish.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a run that did not finish.",
        discussion: """
            What the run has finished stays: no step and no item that is done is done again, and no model is asked again \
            for an answer that it gave. The workflow's text, the inputs and the options are those of the run; the exit \
            codes are those of `run`.
            """)

    @Argument(
        help:
            "The run's id, the beginning or the last four characters of one, or `latest`; without it, the last run of this project that failed or was interrupted."
    )
    var run: String?

    @Flag(
        help:
            "Take the workflow as its file is now, and do again what it has changed: steps whose definition or inputs are others. Works on finished runs too."
    )
    var edited = false

    @Option(
        help: ArgumentHelp(
            "End the run as failed for this reason, after its steps for failures.", visibility: .private))
    var giveUp: String?

    @OptionGroup var display: RunDisplay
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let places = Places()
        let history = try RecordAccess.open(places)
        let record = try await found(history)
        let work = try await work(record, history)
        try display.check(work.definition)
        let session = try Session(project: work.project, logging: logging, purpose: work.definition.name)
        let inputs = try record.inputValues(for: work.definition)
        let resumption = Resumption(of: record, inputs: inputs, isEdited: edited)
        try await display.run(session, options: RunOptions(json: record.options), history: history) {
            setting throws(HistoryError) in
            let run = WorkflowRun(work.definition, file: work.file, setting: setting)
            guard let giveUp else { return try await run.resume(resumption) }
            return try await run.giveUp(resumption, because: RecordedError(code: "crashed", message: giveUp))
        }
    }

    private func found(_ history: HistoryStore) async throws -> RunRecord {
        do {
            if let run { return try await history.run(run) }
            let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
            let folder = Project(around: here).folder
            guard let last = try await history.lastUnfinished(in: folder) else {
                throw CommandFailure(
                    .invalid,
                    "there is no run of a workflow in \(folder.path) that failed or was interrupted, so nothing to go on with; `nightjar resume RUN` goes on with one of another project"
                )
            }
            return last
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
    }

    private func work(
        _ record: RunRecord, _ history: HistoryStore
    ) async throws -> (definition: WorkflowDefinition, file: URL, project: Project) {
        switch record.summary.state {
        case .done where !edited:
            throw CommandFailure(
                .invalid,
                "the run \(record.id) is done; `--edited` does again what has changed in the workflow's file since")
        case .partial where !edited:
            throw CommandFailure(
                .invalid,
                "the run \(record.id) has finished, and some of it failed; `nightjar retry \(record.id) --failed` does that again"
            )
        default: break
        }
        guard edited else {
            let recorded = try await RecordedWorkflow(of: record, history)
            return (recorded.definition, recorded.file, recorded.project)
        }
        guard let path = record.path else {
            throw CommandFailure(.invalid, "the run \(record.id) has no workflow file that could have been edited")
        }
        let loaded = try LoadedWorkflow(path)
        return (loaded.definition, loaded.file, loaded.project)
    }
}

extension HistoryStore {
    /// The last run of the workflows in a folder that failed or was interrupted.
    fileprivate func lastUnfinished(in folder: URL) async throws(HistoryError) -> RunRecord? {
        let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
        for run in try await runs(RunFilter(states: [.failed, .interrupted], limit: 500)) {
            let record = try await self.run(run.id.text)
            if record.path?.hasPrefix(prefix) == true { return record }
        }
        return nil
    }
}
