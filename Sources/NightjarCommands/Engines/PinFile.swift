import Foundation
import Workflow

/// The file `nightjar.lock` of a project.
struct PinFile {
    private let file: URL

    init(_ project: Project) {
        file = project.folder.appending(path: ModelLock.fileName)
    }

    /// What is pinned; `nil` where there is no such file.
    ///
    /// - Throws: ``CommandFailure`` with every mistake of the file.
    func read() throws -> ModelLock? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try ModelLock(try WorkflowFile.read(file, shownAs: ModelLock.fileName))
        } catch let diagnostics as Diagnostics {
            throw CommandFailure(.invalid, diagnostics.text)
        } catch let failure as WorkflowFile.Failure {
            throw CommandFailure(.invalid, failure.description)
        }
    }

    func write(_ lock: ModelLock) throws {
        do {
            try Data(lock.text.utf8).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(.failed, "\(file.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Today, as pins have it.
    static let today: @Sendable () -> String = { String(Figures.moment(Date()).prefix(10)) }
}
