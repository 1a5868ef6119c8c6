package import Workflow

/// What the configuration says of the scheduler's runs.
package struct TimetableLimits: Sendable, Hashable {
    /// How many runs may be at work at once.
    package var runs = 4
    /// How many of a group may be; one where nothing is said.
    package var groups: [String: Int] = [:]
    /// Whether runs whose processes have gone are gone on with.
    package var resumesAfterCrash = true
    /// How long a run that is to stop has before it is ended by force, in seconds.
    package var stopGrace = 10.0

    package init() {}

    package init(_ declaration: SchedulerDeclaration) {
        runs = declaration.mostRuns
        groups = Dictionary(declaration.groups.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        resumesAfterCrash = declaration.afterCrash == .resume
        stopGrace = declaration.stopGrace.inSeconds
    }
}
