import Jinja

/// `retry:` tries a step again that failed.
package struct Retry: Declared {
    /// What can go wrong in a way that another attempt may mend. What the workflow itself has wrong is of no kind, and
    /// never tried again.
    package enum Cause: String, Sendable, CaseIterable {
        /// The model's answer was cut off, or is not what was asked for.
        case answer
        /// The engine failed.
        case model
        /// A `timeout` ran out.
        case timeout
        /// A `run` command ended with an exit code that counts as failure.
        case command
        /// An `http` request got no answer, or one that counts as failure.
        case http
        /// A file could not be read or written.
        case file
    }

    package var maxAttempts = 3
    package var delay = Duration.seconds(1)
    package var backoff = 2.0
    package var longestDelay = Duration.seconds(300)
    package var jitter = 0.0
    package var causes: [Cause] = Cause.allCases

    package init() {}

    package static let shorthand: String? = "max_attempts"
    package static let fields: [Field<Self>] = [
        .optional(
            "max_attempts", \.maxAttempts, .integer(1...100), default: 3,
            "How often the step is tried in all, the first time included."),
        .optional("delay", \.delay, .duration, default: "1s", "The wait before the second attempt."),
        .optional(
            "backoff", \.backoff, .number(1...100), default: 2.0,
            "Each further wait is this many times as long as the one before."),
        .optional("max_delay", \.longestDelay, .duration, default: "5m", "No wait is longer."),
        .optional(
            "jitter", \.jitter, .number(0...1), default: 0.0,
            "The share of each wait that is left to chance, so that many do not come back at the same moment."),
        .optional(
            "on", \.causes, .array(of: .choice(), named: "causes"), default: nil,
            "Which failures are tried again: `answer` (cut off, or not what was asked for), `model` (the engine failed), `timeout`, `command`, `http`, `file`; all of them if not given. Mistakes of the workflow itself are never tried again."
        ),
    ]

    /// The wait before an attempt.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that follows, from 2.
    ///   - chance: a number from 0 to 1, drawn anew for each wait.
    package func delay(before attempt: Int, chance: Double) -> Duration {
        let grown = delay.inSeconds * scale(backoff, attempt - 2)
        let capped = min(grown, longestDelay.inSeconds)
        return .milliseconds(capped * (1 - jitter * chance) * 1000)
    }

    private func scale(_ factor: Double, _ times: Int) -> Double {
        var result = 1.0
        for _ in 0..<max(0, times) where result < 1e9 { result *= factor }
        return result
    }
}
