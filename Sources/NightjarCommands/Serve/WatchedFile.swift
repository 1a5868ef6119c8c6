import Foundation
import History
import Runner
import Scheduler
import Workflow

/// A workflow file for the scheduler: read and checked as `nightjar check` does.
enum WatchedFile {
    static func read(_ file: URL) -> WorkflowReading {
        let project = Project(ofWorkflow: file)
        let name = file.deletingPathExtension().lastPathComponent
        do {
            let definition = try WorkflowDefinition(file: file, shownAs: file.path)
            let mistakes = definition.laterMistakes
            guard mistakes.isEmpty else { throw Diagnostics(mistakes) }
            return .right(
                WatchedWorkflow(
                    path: file.path, name: definition.name, texts: definition.texts,
                    schedules: definition.watchedSchedules(in: project)), group: definition.concurrencyGroup)
        } catch let diagnostics as Diagnostics {
            return .broken(name: name, error: diagnostics.all.map(\.headline).joined(separator: "\n"))
        } catch {
            return .broken(name: name, error: "\(error)")
        }
    }
}

extension WorkflowDefinition {
    /// The mistakes that the language itself does not know: in schemas of answers, and in schedules.
    var laterMistakes: [Diagnostic] { schemaMistakes + scheduleMistakes() }
}
