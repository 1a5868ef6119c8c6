package import History
package import Jinja

/// A finished run, as `run --json` ends with it.
package struct RunOutcome: Sendable {
    package var id: String
    package var workflow: String
    package var state: RunState
    package var outputs: Mapping
    /// Why the run failed, in one sentence.
    package var error: RecordedError?
    package var work: RunWork
    package var seconds: Double
}

/// What a run amounted to.
package struct RunWork: Sendable, Hashable {
    package var calls = 0
    package var promptTokens = 0
    package var generatedTokens = 0
    package var itemsDone = 0
    /// Items that were not done again, because their results are known.
    package var itemsReused = 0
    package var itemsFailed = 0
    /// Steps that failed and had `continue_on_error`.
    package var stepsFailed = 0
    package var files: [String] = []
}
