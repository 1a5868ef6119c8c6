package import Foundation
import Jinja
import Synchronization

/// A workflow that another one calls.
package struct CalledWorkflow: Sendable {
    package let definition: WorkflowDefinition
    package let file: URL
}

/// Finds the workflows that a workflow calls, and refuses those that would call themselves.
package struct WorkflowLibrary: Sendable {
    /// Why a workflow cannot be called, in one sentence.
    struct Failure: Error {
        var message: String
    }

    /// How deep workflows may call each other.
    private static let deepest = 16

    /// The folder from which paths count.
    private let folder: URL
    /// The files that are being read, the outermost first.
    private let open: [URL]
    /// What was read already: many may call the same one.
    private let known: Known
    /// Files as they were at another time, by their paths; they stand for those on the disk.
    private let recorded: [String: String]

    private final class Known: Sendable {
        private let results = Mutex<[URL: Result<CalledWorkflow, Failure>]>([:])

        subscript(file: URL) -> Result<CalledWorkflow, Failure>? {
            get { results.withLock { $0[file] } }
            set { results.withLock { $0[file] = newValue } }
        }
    }

    /// - Parameters:
    ///   - file: the workflow that calls others.
    ///   - recorded: files as they were at another time, by their paths: they stand for those on the disk.
    package init(for file: URL, in project: Project, recorded: [String: String] = [:]) {
        self.recorded = recorded
        folder = project.folder
        open = [file.standardizedFileURL]
        known = Known()
    }

    private init(folder: URL, open: [URL], known: Known, recorded: [String: String]) {
        self.recorded = recorded
        self.folder = folder
        self.open = open
        self.known = known
    }

    /// Finds, reads and checks a workflow.
    func open(_ name: String) throws(Failure) -> CalledWorkflow {
        let file: URL
        let source: SourceText
        do {
            (file, source) = try look(for: name)
        } catch {
            throw Failure(message: error.description)
        }
        if let start = open.firstIndex(of: file) {
            let circle = (open[start...] + [file]).map { "`\($0.lastPathComponent)`" }.joined(separator: " → ")
            throw Failure(message: "these workflows call each other without end: \(circle)")
        }
        guard open.count < Self.deepest else {
            throw Failure(message: "workflows call each other more than \(Self.deepest) deep")
        }
        if let result = known[file] { return try result.get() }
        let result = Result { () throws(Failure) in try read(file, source, calledAs: name) }
        known[file] = result
        return try result.get()
    }

    private func look(for name: String) throws(WorkflowFile.Failure) -> (URL, SourceText) {
        let found: URL
        do {
            found = try WorkflowFile.find(name, from: folder).standardizedFileURL
        } catch {
            // It may be gone from the disk, and be recorded.
            let places = ["", "workflows/"].flatMap { place in ["", ".yaml", ".yml"].map { place + name + $0 } }
                .map { URL(filePath: $0, relativeTo: folder).standardizedFileURL }
            guard let place = places.first(where: { recorded[$0.path] != nil }) else { throw error }
            found = place
        }
        if let text = recorded[found.path] { return (found, SourceText(file: name, text: text)) }
        return (found, try WorkflowFile.read(found, shownAs: name))
    }

    private func read(_ file: URL, _ source: SourceText, calledAs name: String) throws(Failure) -> CalledWorkflow {
        do {
            let definition = try WorkflowDefinition(
                source, fallbackName: file.deletingPathExtension().lastPathComponent,
                library: WorkflowLibrary(
                    folder: folder, open: open + [file], known: known, recorded: recorded))
            return CalledWorkflow(definition: definition, file: file)
        } catch {
            let first = error.all.first { $0.severity == .error }
            throw Failure(
                message: "the workflow `\(name)` has mistakes"
                    + (first.map { ": \($0.place.line):\($0.place.column): \($0.message)" } ?? ""))
        }
    }
}
