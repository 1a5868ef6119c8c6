import Foundation
import Workflow

extension Configuration {
    /// The project's configuration over the user's; either may be absent.
    ///
    /// - Throws: ``CommandFailure`` with every mistake of a file that is there.
    static func load(project: Project, places: Places) throws -> Configuration {
        let own = try load(
            project.folder.appending(path: fileName), shownAs: fileName)
        let user = try load(places.configuration, shownAs: places.configuration.path)
        return own.over(user)
    }

    private static func load(_ file: URL, shownAs name: String) throws -> Configuration {
        guard FileManager.default.fileExists(atPath: file.path) else { return Configuration() }
        do {
            return try Configuration(try WorkflowFile.read(file, shownAs: name))
        } catch let diagnostics as Diagnostics {
            throw CommandFailure(.invalid, diagnostics.text)
        } catch let failure as WorkflowFile.Failure {
            throw CommandFailure(.invalid, failure.description)
        }
    }
}

extension Diagnostics {
    /// Every mistake with its line and a caret.
    var text: String { all.map(\.text).joined(separator: "\n") }
}
