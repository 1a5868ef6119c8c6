import History
import Jinja
import OrderedCollections
import Workflow

/// The steps of `on_failure`, which follow a run that has failed in whole or in part.
struct FailureSteps: Sendable {
    let run: RunContext
    let past: PastSteps

    /// What their paths in the record begin with.
    static let path = "on_failure"

    /// - Parameter error: why the run failed; `nil` where some of it did.
    /// - Returns: the same, with what went wrong in the steps themselves.
    /// - Throws: only where the record cannot be written.
    func execute(
        _ names: Mapping, after state: RunState, _ error: RecordedError?
    ) async throws(HistoryError) -> RecordedError? {
        let steps = run.definition.failureSteps
        guard !steps.isEmpty, state == .failed || state == .partial else { return error }
        var inner = run
        // What they come to is no part of what the run has come to.
        inner.progress = RunProgress(attemptIn: run.progress)
        do {
            _ = try await StepSequence(run: inner, steps: steps).execute(
                names.telling(state, because: error ?? partialFailure),
                inside: StepSequence.Surroundings(path: Self.path, past: past, doesAnew: true))
            return error
        } catch let failure as HistoryError {
            throw failure
        } catch let failure {
            guard var error else { return nil }
            error.message += "; and `on_failure` failed: \(RecordedError(failure).message)"
            return error
        }
    }

    /// The reason of a run that came to its end.
    private var partialFailure: RecordedError {
        let failures = run.progress.failures
        let parts = [(failures.items, "item"), (failures.steps, "step")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return RecordedError(code: "partial", message: "\(parts.joined(separator: " and ")) failed")
    }
}
