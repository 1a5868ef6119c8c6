package import Foundation
package import History
package import Logging
package import Workflow

/// All that the daemon needs.
package struct DaemonSetting: Sendable {
    /// The folder of all that Nightjar keeps.
    package var state: URL
    /// Whose workflows are run.
    package var projects: [Project]
    /// This program's file, of which each run is a process.
    package var program: String
    package var history: HistoryStore
    package var log: Logger
    /// Reads a workflow file.
    package var read: @Sendable (URL) -> WorkflowReading
    /// Reads the configuration; throws what is wrong with it, in words.
    package var configure: @Sendable () throws -> SchedulerDeclaration

    package init(
        state: URL, projects: [Project], program: String, history: HistoryStore, log: Logger,
        read: @escaping @Sendable (URL) -> WorkflowReading,
        configure: @escaping @Sendable () throws -> SchedulerDeclaration
    ) {
        self.state = state
        self.projects = projects
        self.program = program
        self.history = history
        self.log = log
        self.read = read
        self.configure = configure
    }
}
