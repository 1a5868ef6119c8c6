import Jinja

/// An entry of `schedule:`: when the workflow runs by itself. What its texts mean, the scheduler knows.
package struct ScheduleDeclaration: Declared {
    package var cron: PlacedText?
    package var every: Duration?
    package var at: PlacedText?
    package var change: FolderDeclaration?
    package var timezone: PlacedText?
    package var jitter: Duration?
    package var start: PlacedText?
    package var end: PlacedText?
    package var missed = MissedChoice.latest
    package var missedWindow: Duration?
    /// Without it, times are skipped and files wait.
    package var overlap: OverlapChoice?
    package var inputs: TemplatedValue?
    /// Where the entry stands.
    package var place = Place.start

    package init() {}

    package static let shorthand: String? = "cron"
    package static let fields: [Field<Self>] = [
        .optional(
            "cron", \.cron, .placed(.name, expected: "a cron expression"),
            "Five fields by the rules of Debian's cron: minute, hour, day of the month, month, day of the week. Or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or `@reboot` for once after the machine has started."
        ),
        .optional(
            "every", \.every, .duration,
            "A length of time from one run to the next, at least `1s`, counted from `start`; without it from midnight UTC of 1 January 1970."
        ),
        .optional(
            "at", \.at, .placed(.name, expected: "a moment, as in `2026-12-24T18:00`"),
            "One moment, as in `2026-12-24T18:00`: by the clock of `timezone`, unless `Z` or an offset such as `+01:00` stands behind it."
        ),
        .optional(
            "on_change", \.change, .record(), "A folder: the workflow runs for files that are new or changed in it."),
        .optional(
            "timezone", \.timezone, .placed(.name, expected: "the name of a time zone"),
            "By whose clock `cron`, `at`, `start` and `end` count, as in `Europe/Lisbon`; this machine's if not given."),
        .optional(
            "jitter", \.jitter, .duration,
            "Up to so much later each run starts: by a time that looks random, and is always the same for one time of one schedule on one machine."
        ),
        .optional(
            "start", \.start, .placed(.name, expected: "a moment, as in `2026-12-24T18:00`"),
            "No run is due before this moment."),
        .optional(
            "end", \.end, .placed(.name, expected: "a moment, as in `2026-12-24T18:00`"),
            "No run is due after this moment."),
        .optional(
            "missed", \.missed, .choice(), default: "latest",
            "What becomes of times that passed while the machine slept or the scheduler was not running: `none` of them runs, the `latest` does, or `all` do, one after another."
        ),
        .optional(
            "missed_window", \.missedWindow, .duration, "Times that are longer ago than this are not run any more."),
        .optional(
            "overlap", \.overlap, .choice(),
            "What happens at a time when the run before is still at work: `skip` this time, which is what happens if nothing is said, `queue` it until then, or `replace` the run at work, which is stopped. Files of `on_change` are queued if nothing is said."
        ),
        .optional(
            "inputs", \.inputs, .mapping, "Inputs for these runs; no expressions. What is not named has its default."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        let kinds = [
            ("cron", cron != nil), ("every", every != nil), ("at", at != nil), ("on_change", change != nil),
        ].filter(\.1).map { "`\($0.0)`" }
        if kinds.isEmpty {
            decoding.report("a schedule needs one of `cron`, `every`, `at` and `on_change`", at: place)
        } else if kinds.count > 1 {
            decoding.report(
                "a schedule has one of \(kinds.joined(separator: " and ")): make two entries of it", at: place)
        }
        if let every, every < .seconds(1) {
            decoding.report("`every` takes at least `1s`", at: place)
        }
        if change != nil {
            for (key, isGiven) in [
                ("timezone", timezone != nil), ("start", start != nil), ("end", end != nil), ("jitter", jitter != nil),
                ("missed_window", missedWindow != nil),
            ] where isGiven {
                decoding.report("`\(key)` belongs to times, and not to `on_change`", at: place)
            }
        }
        if let inputs, inputs.constantValue == nil {
            decoding.report("the `inputs` of a schedule hold no expressions", at: place)
        }
    }
}

/// What becomes of times that passed without anyone to start a run.
package enum MissedChoice: String, Sendable, CaseIterable {
    case none, latest, all
}

/// What happens at a time when the run before is still at work.
package enum OverlapChoice: String, Sendable, CaseIterable {
    case skip, queue, replace
}

/// `on_change:` of a schedule.
package struct FolderDeclaration: Declared {
    package var folder: PlacedText?
    package var pattern = "*"
    package var settle = Duration.seconds(2)
    package var runsForExisting = false

    package init() {}

    package static let shorthand: String? = "folder"
    package static let fields: [Field<Self>] = [
        .required(
            "folder", \.folder, .placed(.name, expected: "the path of a folder"),
            "The folder; a relative path counts from the project's."),
        .optional(
            "pattern", \.pattern, .name, default: "*",
            "Which of its files count, by their names: `*.pdf`. Names that begin with a dot do not count unless the pattern begins so."
        ),
        .optional(
            "settle", \.settle, .duration, default: "2s",
            "How long a file must have been still, in size and time of change, to count as finished."),
        .optional(
            "existing", \.runsForExisting, .boolean, default: false,
            "Whether files count that are there when the schedule is first seen."),
    ]
}

extension FieldType where Held == [ScheduleDeclaration] {
    /// One entry, or a list of them.
    static var schedules: FieldType {
        let entry = FieldType<ScheduleDeclaration>.record()
        let list: Value = ["type": "array", "items": entry.schema, "minItems": 1]
        return FieldType(
            expected: "a schedule or a list of them", schema: ["anyOf": [entry.schema, list]]
        ) { node, key, decoding in
            let nodes: [YAMLNode]
            if case .sequence(let entries) = node.content { nodes = entries } else { nodes = [node] }
            if nodes.isEmpty { decoding.report("`\(key)` is empty: leave it out, or name a time", at: node.place) }
            return nodes.compactMap { node in
                var declaration = entry.decode(node, key, decoding)
                declaration?.place = node.place
                return declaration
            }
        }
    }
}
