import Jinja

/// `scheduler:` of the configuration: how `nightjar serve` works.
package struct SchedulerDeclaration: Declared {
    package enum AfterCrash: String, Sendable, CaseIterable {
        case resume, mark
    }

    package var projects: [String] = []
    package var mostRuns = 4
    package var groups: [(key: String, value: Int)] = []
    package var afterCrash = AfterCrash.resume
    package var drain = Duration.seconds(300)
    package var stopGrace = Duration.seconds(10)

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional(
            "projects", \.projects, .array(of: .name, named: "folders"), default: nil,
            "The projects whose workflows are run, where `nightjar serve` names none."),
        .optional(
            "max_runs", \.mostRuns, .integer(1...1000), default: 4,
            "How many runs may be at work at once; others wait."),
        .optional(
            "groups", \.groups, .table(of: .integer(1...1000), named: "numbers"), default: nil,
            "How many runs of a `concurrency` group may be at work at once, by the group's name; one of those that are not named."
        ),
        .optional(
            "after_crash", \.afterCrash, .choice(), default: "resume",
            "What becomes of a run whose process has ended before its end: `resume` goes on with it, twice at most, `mark` ends it as failed."
        ),
        .optional(
            "drain", \.drain, .duration, default: "5m",
            "How long runs at work have to come to their end when the scheduler is to stop. What is left then is stopped, and gone on with when it is back."
        ),
        .optional(
            "stop_grace", \.stopGrace, .duration, default: "10s",
            "How long a run that was asked to stop has before it is ended by force."),
    ]
}
