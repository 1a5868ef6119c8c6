import Foundation
import Runner
import Workflow

/// A workflow named on the command line, found, read and checked.
struct LoadedWorkflow {
    let definition: WorkflowDefinition
    let file: URL
    let project: Project

    /// - Parameter shelf: the folder in which a name is looked for.
    /// - Throws: ``CommandFailure`` with every mistake of the file.
    init(_ name: String, on shelf: Project.Shelf = .workflows) throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        do {
            file = try WorkflowFile.find(name, from: here, on: shelf)
            definition = try WorkflowDefinition(file: file, shownAs: Self.shown(file, from: here))
            let mistakes = definition.laterMistakes
            guard mistakes.isEmpty else { throw Diagnostics(mistakes) }
        } catch let diagnostics as Diagnostics {
            throw CommandFailure(.invalid, diagnostics.text)
        } catch let failure as WorkflowFile.Failure {
            throw CommandFailure(.invalid, failure.description)
        }
        project = Project(ofWorkflow: file)
    }

    /// A path below the current folder without that folder.
    static func shown(_ file: URL, from folder: URL) -> String {
        let prefix = folder.standardizedFileURL.path + "/"
        return file.path.hasPrefix(prefix) ? String(file.path.dropFirst(prefix.count)) : file.path
    }
}
