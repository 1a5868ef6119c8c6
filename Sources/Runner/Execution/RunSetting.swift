package import Foundation
package import History
package import Inference
import Jinja
package import Workflow

/// All that a run needs beside its workflow: where it reads and writes, whom it asks, where it keeps its record.
package struct RunSetting: Sendable {
    package var project: Project
    package var configuration: Configuration
    /// The engines by the name in `ENGINE/NAME`.
    package var engines: [String: any Engine]
    package var history: HistoryStore
    /// Folders outside the project that may be written to, beside those of `options`.
    package var writeRoots: [URL]
    /// The models that the project's workflows were made with; `nil` where none are pinned.
    package var pins: PinnedModels?
    package var options: RunOptions
    /// The run that is to begin, where the scheduler has chosen it; `nil` for one of its own id.
    package var scheduled: ScheduledRun?
    package var environment: [String: String]
    package var now: @Sendable () -> Date
    /// Waits for a retry or a time limit; throws `CancellationError`.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// A number from 0 to 1, drawn anew with each call.
    package var chance: @Sendable () -> Double
    package var ids: RunIDGenerator
    /// The version that the record names.
    package var version: String
    package var report: @Sendable (RunEvent) -> Void

    package init(
        project: Project, configuration: Configuration, engines: [String: any Engine], history: HistoryStore,
        writeRoots: [URL] = [], pins: PinnedModels? = nil, options: RunOptions = RunOptions(),
        scheduled: ScheduledRun? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
        now: @escaping @Sendable () -> Date = { Date() },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        ids: RunIDGenerator = RunIDGenerator(), version: String,
        report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.project = project
        self.configuration = configuration
        self.engines = engines
        self.history = history
        self.writeRoots = writeRoots
        self.pins = pins
        self.options = options
        self.scheduled = scheduled
        self.environment = environment
        self.now = now
        self.sleep = sleep
        self.chance = chance
        self.ids = ids
        self.version = version
        self.report = report
    }
}

/// A run that the scheduler has written down before it began.
package struct ScheduledRun: Sendable, Hashable {
    package var id: RunID
    package var occurrence: OccurrenceRowID

    package init(id: RunID, occurrence: OccurrenceRowID) {
        self.id = id
        self.occurrence = occurrence
    }
}
