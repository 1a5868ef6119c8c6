import Foundation
import History
import Inference
import Workflow

/// When a step is tried again. Nothing below tries again by itself, so that attempts are never multiplied.
struct Attempts: Sendable {
    /// What the workflow says; `nil` where it says nothing.
    let retry: Retry?
    /// Whether a server that is busy or just being restarted is waited for without the workflow saying so.
    let waitsForServers: Bool
    let chance: @Sendable () -> Double

    /// How long to wait before the next attempt; `nil` where there is none.
    ///
    /// - Parameter made: how many attempts were made.
    func delay(after error: any Error, made: Int) -> Duration? {
        let failure = error as? EngineError
        let isServers = waitsForServers && failure?.isPassing == true
        guard let retry = retry ?? (isServers ? Self.forServers : nil), made < retry.maxAttempts,
            let cause = Retry.Cause(of: error), retry.causes.contains(cause)
        else { return nil }
        let delay = retry.delay(before: made + 1, chance: chance())
        guard let asked = failure?.retryAfter else { return delay }
        // To come back sooner than the server asks helps nobody; to wait for hours does not either.
        return asked <= retry.longestDelay ? max(asked, delay) : nil
    }

    private static let forServers: Retry = {
        var retry = Retry()
        retry.maxAttempts = 4
        retry.delay = .seconds(1)
        retry.backoff = 3
        retry.jitter = 0.2
        return retry
    }()
}

extension Retry.Cause {
    /// What went wrong, where another attempt may mend it.
    init?(of error: any Error) {
        switch error {
        case let failure as StepFailure:
            switch failure.code {
            case .answerTruncated, .answerInvalid: self = .answer
            case .timedOut: self = .timeout
            case .commandFailed: self = .command
            case .httpFailed: self = .http
            case .fileNotFound, .fileUnreadable, .writeFailed: self = .file
            default: return nil
            }
        case let error as EngineError:
            switch error.code {
            case .engineFailed, .outOfMemory, .unreachable, .busy, .answerBroken: self = .model
            case .answerEmpty: self = .answer
            case .timedOut: self = .timeout
            default: return nil
            }
        default: return nil
        }
    }
}

/// Ends work that takes too long.
struct TimeLimit: Sendable {
    let limit: Duration?
    /// What the limit is of, for the message: "the step `label`".
    let subject: String
    let sleep: @Sendable (Duration) async throws -> Void

    /// - Throws: ``StepFailure`` with code `timed_out` after the limit; the work was cancelled and has ended then.
    func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        guard let limit else { return try await work() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                throw StepFailure(
                    .timedOut, "\(subject) took longer than its time limit of \(limit.written)")
            }
            return result
        }
    }
}
