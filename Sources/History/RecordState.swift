/// How far a run is, or how it ended.
package enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
    case running
    case done
    /// Finished, with failed items.
    case partial
    case failed
    /// Stopped by the user or by the end of its process.
    case interrupted
}

/// How far a step is, or how it ended.
package enum StepState: String, Sendable, Hashable, Codable, CaseIterable {
    case running
    case done
    case failed
    /// Its `if` was false, or a step that it needs failed.
    case skipped
    case interrupted
    /// What it gave was taken from another run, or from an earlier attempt at this one.
    case reused
}

/// How far one item of a `foreach` is, or how it ended.
package enum ItemState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its turn has not come.
    case pending
    case running
    case done
    case failed
    case skipped
    case interrupted
    /// What it gave was taken from another run, or from an earlier attempt at this one.
    case reused
}

/// What failed inside a step or an item and was let pass.
package struct InnerFailures: Sendable, Hashable {
    /// Items of loops.
    package var items: Int
    /// Steps with `continue_on_error`.
    package var steps: Int

    package static let none = InnerFailures(items: 0, steps: 0)

    package init(items: Int, steps: Int) {
        self.items = items
        self.steps = steps
    }
}

/// How far a model call is, or how it ended.
package enum CallState: String, Sendable, Hashable, Codable, CaseIterable {
    case running
    case done
    case failed
    case interrupted
    /// No model was asked: the answer was known from an earlier call.
    case reused
}
