import Foundation
package import History
import LocalFiles
import Workflow

/// What a workflow file is found to be.
package enum WorkflowReading: Sendable {
    /// - Parameter group: of which only so many run at once.
    case right(WatchedWorkflow, group: String?)
    /// - Parameters:
    ///   - name: what the workflow is called where it never was right.
    ///   - error: every mistake, for people.
    case broken(name: String, error: String)
}

/// Finds out which workflow files of projects have changed.
struct WorkflowWatch {
    enum Change {
        case read(path: String, WorkflowReading)
        case gone(path: String)
    }

    /// What was found of a file when it was read.
    private struct Found {
        var stamp: FileStamp?
        /// Of the files that it calls.
        var called: [String: FileStamp?] = [:]
        var error: String?

        /// Whether it is to be read again: what is wrong with it may be in a file that it calls.
        func mayHaveChanged(at path: String) -> Bool {
            error != nil || stamp == nil || FileStamp(path) != stamp
                || called.contains { FileStamp($0.key) != $0.value }
        }
    }

    private let projects: [Project]
    private let read: @Sendable (URL) -> WorkflowReading
    private var found: [String: Found] = [:]
    /// The files that are still to be looked at.
    private var unread: ArraySlice<URL> = []
    /// The paths of all files.
    private var there: Set<String> = []

    /// - Parameter known: the files that the record knows: those that are not there any more are told.
    init(_ projects: [Project], known: [String], read: @escaping @Sendable (URL) -> WorkflowReading) {
        self.projects = projects
        self.read = read
        for path in known { found[path] = Found() }
    }

    /// The folders in which files come and go.
    var folders: [String] {
        projects.map { project in
            let folder = project.workflows.path
            return FileManager.default.fileExists(atPath: folder) ? folder : project.folder.path
        }
    }

    /// Begins to look for what has changed since the last time.
    mutating func begin() {
        unread = projects.flatMap { $0.workflowFiles() }[...]
        there = Set(unread.map(\.path))
    }

    /// The next of what has changed, at most so many: each holds the texts of its files.
    ///
    /// - Returns: `nil` where there is no more.
    mutating func changes(atMost most: Int) -> [Change]? {
        var changes: [Change] = []
        while changes.count < most, let file = unread.popFirst() {
            if let change = change(of: file) { changes.append(change) }
        }
        guard changes.isEmpty else { return changes }
        for path in found.keys.sorted() where !there.contains(path) {
            found[path] = nil
            changes.append(.gone(path: path))
        }
        there = []
        return changes.isEmpty ? nil : changes
    }

    private mutating func change(of file: URL) -> Change? {
        let path = file.path
        if let known = found[path], !known.mayHaveChanged(at: path) { return nil }
        var now = Found(stamp: FileStamp(path))
        let reading = read(file)
        switch reading {
        case .right(let workflow, _):
            for called in workflow.texts.called.keys { now.called[called] = FileStamp(called) }
        case .broken(_, let error): now.error = error
        }
        let isOld = now.error != nil && now.error == found[path]?.error
        found[path] = now
        return isOld ? nil : .read(path: path, reading)
    }
}
