/// The names that an expression may use, with what is known of each.
struct Scope {
    /// `inputs`, `run`, `item`, … and not `steps`.
    var names: [String: Shape]
    /// The steps that are finished when the expression is computed.
    var steps: [String: Shape] = [:]
    /// Steps of the file that are out of reach, with the reason for it.
    var unreachable: [String: String] = [:]
    /// Whether a step or its name could not be read, so that a name of no step may be that one's.
    var takesUnknownSteps = false
    /// Names of items that are called otherwise: `item` where `as` gives it another name.
    var renamed: [String: String] = [:]
    /// Whether the expression is an `if`, which may ask how steps ended.
    var isCondition = false

    /// The names of every workflow.
    ///
    /// - Parameter inputs: `nil` where they could not be read.
    init(inputs: [(key: String, value: InputDeclaration)]?) {
        names = [
            "inputs": inputs.map { .mapping($0.map { Shape.Member($0.key, $0.value.shape) }) } ?? .any,
            "env": .any,
            "run": .mapping(RunNames.run),
            "workflow": .mapping(RunNames.workflow),
        ]
    }

    func shape(of name: String) -> Shape? {
        name == "steps"
            ? .mapping(steps.sorted { $0.key < $1.key }.map { Shape.Member($0.key, $0.value) }) : names[name]
    }
}

/// What every expression can find out about its run and its workflow.
package enum RunNames {
    /// The names that a workflow has of its own or shares with those that it calls; all others belong to one place.
    package static let everywhere: Set<String> = ["inputs", "steps", "env", "run", "workflow"]

    package static let run: [Shape.Member] = [
        .init("id", .text, "The run's id."),
        .init("date", .text, "The day the run began, in local time: `2026-11-24`."),
        .init("time", .text, "The time of day the run began, in local time: `02:30:00`."),
        .init("started_at", .text, "When the run began, in UTC by ISO 8601."),
        .init(
            "scheduled_for", .text,
            "The time of the schedule that the run is for, however late it began: by ISO 8601 with the offset of the schedule's zone. When the run began, where no schedule did it."
        ),
        .init("trigger", .text, "What began the run: `shell`, `schedule`, `change` or `manual`."),
        .init("files", .list(of: .text), "The paths of the new and changed files that the run is for, by `on_change`."),
    ]
    /// What the steps of `on_failure` find beside it.
    package static let failedRun: [Shape.Member] = [
        .init("state", .text, "How the run ended: `failed` or `partial`."),
        .init(
            "error", .mapping([.init("code", .text), .init("message", .text)]),
            "Why the run failed; for a `partial` one, how much of it did."),
    ]
    package static let workflow: [Shape.Member] = [
        .init("name", .text, "The workflow's name."),
        .init("path", .text, "The workflow's file."),
        .init("folder", .text, "The project's folder, from which paths count."),
    ]
}

extension InputDeclaration {
    var shape: Shape {
        // A value that is not given is null, whatever the type.
        switch kind {
        case .json: .any
        case .string, .path, .choice: .text
        case .integer: .integer
        case .number: .number
        case .boolean: .boolean
        }
    }
}
