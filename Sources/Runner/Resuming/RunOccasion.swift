import Jinja
import OrderedCollections

/// What a run is for, where something else than a shell began it. It is kept with the run, for when it is gone on with.
package struct RunOccasion: Sendable, Hashable {
    /// What began the run where nothing else is said.
    static let shell = "shell"

    /// `schedule`, `change` or `manual`.
    package var trigger: String
    /// The time that the run is for, by ISO 8601.
    package var scheduledFor: String
    /// The new and changed files that it is for.
    package var files: [String]

    package init(trigger: String, scheduledFor: String, files: [String] = []) {
        self.trigger = trigger
        self.scheduledFor = scheduledFor
        self.files = files
    }

    /// Reads what ``value`` wrote.
    init?(_ value: Value?) {
        guard let trigger = value?["trigger"]?.string, let time = value?["scheduled_for"]?.string else { return nil }
        self.init(
            trigger: trigger, scheduledFor: time, files: value?["files"]?.list?.compactMap(\.string) ?? [])
    }

    var value: Value {
        [
            "trigger": .string(trigger), "scheduled_for": .string(scheduledFor),
            "files": .list(files.map { .string($0) }),
        ]
    }
}
