package import Jinja

/// What happens during a run, in order, for progress displays and `--json`.
package enum RunEvent: Sendable {
    case runStarted(id: String, workflow: String, inputs: Mapping)
    /// A run goes on that had ended.
    case runResumed(id: String, workflow: String)
    case stepStarted(StepEvent)
    /// A step is done again, though an earlier attempt at the run has its result, for this reason.
    case stepChanged(StepEvent, reason: String)
    /// A step with `foreach` knows its items.
    case itemsCounted(StepEvent, ItemsCount)
    case itemFinished(StepEvent, index: Int, outcome: StepOutcome)
    /// An attempt failed, and another one follows after a wait in seconds.
    case stepRetried(StepEvent, attempt: Int, after: String, delay: Double)
    case stepFinished(StepEvent, outcome: StepOutcome, seconds: Double)
    /// A model call waits for its turn.
    case modelWaiting(StepEvent, reason: String)
    /// A model or a member of a pool could not answer, and another one is asked.
    case modelPassedOver(StepEvent, model: String, reason: String)
    /// A model call has its turn.
    case modelEvaluating(StepEvent)
    /// A model is being loaded; from 0 to 1.
    case modelLoading(StepEvent, model: String, progress: Double)
    /// The next part of an answer, with the tokens of the answer so far.
    case modelText(StepEvent, text: String, tokens: Int)
    case callFinished(StepEvent, CallSummary)
    /// No model was called, since its answer is known, from a place such as `the cache`.
    case callReused(StepEvent, model: String, from: String)
    case fileWritten(StepEvent, path: String, bytes: Int)
    case runFinished(RunOutcome)
}

/// Which step an event is about.
package struct StepEvent: Sendable, Hashable {
    /// `triage`, or `triage[3].label` inside an item.
    package var path: String
    package var id: String
    package var kind: String
    /// The label for people, where the step has one.
    package var name: String?
    /// How many steps are around this one.
    package var depth: Int
}

/// How many items a `foreach` has.
package struct ItemsCount: Sendable, Hashable {
    package var total: Int
    /// Those that an earlier attempt at the run has done.
    package var kept = 0
    /// Those that an earlier run has done, or another item of the same key.
    package var reused = 0
    /// Those that failed in an earlier attempt, and stay so.
    package var failed = 0
}

/// How a step or an item ended.
package enum StepOutcome: Sendable, Hashable {
    case done
    /// It was done before, and that holds still.
    case reused
    /// The `if` of the step was false, or a step before it failed.
    case skipped
    case failed(String)
    case interrupted

    package var word: String {
        switch self {
        case .done: "done"
        case .reused: "reused"
        case .skipped: "skipped"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}

/// A model call in numbers.
package struct CallSummary: Sendable, Hashable {
    package var model: String
    package var promptTokens: Int
    package var generatedTokens: Int
    /// The whole call, loading the model included.
    package var seconds: Double
    /// From the first token of the answer to the last.
    package var generationSeconds: Double
}
