import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// A run that the scheduler has written down: its workflow, inputs and occasion are in the record.
struct DueRun {
    private let id: RunID
    private let display: RunDisplay
    private let logging: LoggingOptions

    init(_ id: RunID, display: RunDisplay, logging: LoggingOptions) {
        self.id = id
        self.display = display
        self.logging = logging
    }

    /// - Throws: ``CommandFailure`` for what cannot be run, with ``ExitStatus/busy`` where another process has the run.
    func execute() async throws {
        let history = try RecordAccess.open(Places())
        let occurrence: OccurrenceRecord
        let texts: RunTexts?
        do {
            guard let found = try await history.occurrence(of: id) else {
                throw CommandFailure(.invalid, "the scheduler has written down no run \(id)")
            }
            occurrence = found
            texts = try await history.watchedTexts(of: found.path)
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
        guard let texts else {
            throw CommandFailure(.invalid, "the workflow \(occurrence.path) is not there any more")
        }
        let file = URL(filePath: occurrence.path)
        let project = Project(ofWorkflow: file)
        let definition = try WorkflowDefinition(
            recorded: texts.workflow.text, called: texts.called, of: file, in: project, shownAs: file.lastPathComponent)
        let inputs = try inputs(of: occurrence, for: definition)
        let session = try Session(project: project, logging: logging, purpose: definition.name)
        let options = RunOptions(
            occasion: RunOccasion(
                trigger: occurrence.trigger.rawValue, scheduledFor: occurrence.scheduledFor, files: occurrence.files))
        let scheduled = ScheduledRun(id: id, occurrence: occurrence.row)
        try await display.run(session, options: options, history: history, scheduled: scheduled) {
            setting throws(HistoryError) in
            try await WorkflowRun(definition, file: file, setting: setting).execute(inputs: inputs)
        }
    }

    private func inputs(of occurrence: OccurrenceRecord, for definition: WorkflowDefinition) throws -> Mapping {
        let given = occurrence.inputs.flatMap { try? Value(json: $0) }?.mapping ?? [:]
        do throws(InputMistake) {
            return try definition.inputValues(from: given)
        } catch {
            throw CommandFailure(.invalid, "the workflow does not take its inputs any more: \(error.summary)")
        }
    }
}

extension InputMistake {
    /// In a few words.
    var summary: String {
        switch self {
        case .missing(let name): "`\(name)` is required"
        case .refused(let name, let mistake): "`\(name)` takes \(mistake.expected), not \(mistake.found)"
        }
    }
}

extension RunID: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
