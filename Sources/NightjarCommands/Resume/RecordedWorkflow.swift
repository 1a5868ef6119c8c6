import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// The workflow of a run that is recorded, as it was then.
struct RecordedWorkflow {
    let definition: WorkflowDefinition
    let file: URL
    let project: Project
    let inputs: Mapping

    /// - Throws: ``CommandFailure`` where this Nightjar cannot read it any more.
    init(of run: RunRecord, _ history: HistoryStore) async throws {
        guard let path = run.path else {
            throw CommandFailure(
                .invalid, "the run \(run.id) has no workflow file, by which its project could be found")
        }
        file = URL(filePath: path)
        guard FileManager.default.fileExists(atPath: file.deletingLastPathComponent().path) else {
            throw CommandFailure(
                .invalid,
                "the folder \(file.deletingLastPathComponent().path) of the run \(run.id) is not there any more: bring it back, or run the workflow anew where it is"
            )
        }
        project = Project(ofWorkflow: file)
        inputs = run.inputValues
        let called: [String: DigestedText]
        do {
            called = try await history.calledTexts(of: run.id)
        } catch {
            throw CommandFailure(error)
        }
        definition = try WorkflowDefinition(
            recorded: run.workflowText, called: called, of: file, in: project,
            shownAs: "\(file.lastPathComponent) of the run \(run.id)")
    }
}

extension WorkflowDefinition {
    /// A workflow by the texts that the record has of its files.
    ///
    /// - Throws: ``CommandFailure`` where this Nightjar cannot read it.
    init(
        recorded text: String, called: [String: DigestedText], of file: URL, in project: Project, shownAs name: String
    ) throws {
        do throws(Diagnostics) {
            try self.init(
                SourceText(file: name, text: text), fallbackName: file.deletingPathExtension().lastPathComponent,
                library: WorkflowLibrary(for: file, in: project, recorded: called.mapValues(\.text)))
        } catch {
            throw CommandFailure(.invalid, error.text)
        }
    }
}
