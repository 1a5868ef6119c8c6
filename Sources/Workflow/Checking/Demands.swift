import Jinja

/// What the expressions of a workflow ask of its steps. Only what is asked for is kept: the results of 100,000 items
/// need not stay in memory when nobody looks at them, and `state` and `error` stand beside a step's own results only
/// where the file speaks of them.
package struct Demands: Sendable {
    /// The steps of which `ID.state` or `ID.error` is used.
    package private(set) var states: Set<String> = []
    /// The steps of which more is used than the counts of a `foreach`.
    private var results: Set<String> = []
    /// Whether an expression uses `steps` in a way that cannot be followed.
    private var takesAllResults = false

    /// What is told of a step beside what it gives.
    static let stateMembers: [Shape.Member] = [
        .init(
            "state", .text,
            "`done`, `skipped`, `failed`, or `interrupted` where it was stopped because a step beside it failed."),
        .init(
            "error", .mapping([.init("code", .text), .init("message", .text)]),
            "Why the step failed, with `code` and `message`; null if it did not."),
    ]

    /// Whether the results of a step with `foreach` must be kept for `steps.ID.items`.
    package func keepsItems(of id: String) -> Bool { takesAllResults || results.contains(id) }

    mutating func note(_ reference: Reference) {
        guard reference.name == "steps" else { return }
        guard let first = reference.path.first, case .name(let id) = first.key else {
            takesAllResults = true
            return
        }
        guard reference.path.count > 1, case .name(let key) = reference.path[1].key else {
            results.insert(id)
            return
        }
        let isSummary = (Foreach.summaries + Self.stateMembers).contains { $0.name == key }
        if !isSummary { results.insert(id) }
    }

    /// Finds the steps whose state is spoken of, wherever their name stands: in `steps.ID.state`, in `item.ID.state`
    /// inside a loop, in `map(attribute="ID.state")`. The items of loops inside others are always kept, since they are
    /// reached in as many ways.
    mutating func note(_ steps: [Step], in source: SourceText) {
        note(steps, Self.namesBeforeState(in: source.text), areNested: false)
    }

    private mutating func note(_ steps: [Step], _ asked: Set<Substring>, areNested: Bool) {
        for step in steps {
            if takesAllResults || asked.contains(step.id[...]) { states.insert(step.id) }
            if areNested { results.insert(step.id) }
            if case .nested(let nested) = step.body { note(nested, asked, areNested: true) }
        }
    }

    private static func namesBeforeState(in text: String) -> Set<Substring> {
        Set(text.matches(of: nameBeforeState).map(\.output.1))
    }

    /// Kept, since a literal is compiled wherever it is come to. `nonisolated(unsafe)`: a regular expression may hold
    /// functions, which this one does not.
    nonisolated(unsafe) private static let nameBeforeState =
        /([A-Za-z_][A-Za-z0-9_]*)(?:\.|\[["'])(?:state|error)(?![A-Za-z0-9_])/
}
