import Synchronization

/// An engine whose calls are given up when they are silent for too long.
package struct TimedEngine: EngineWrapper {
    package let base: any Engine
    private let limits: CallLimits
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameter sleep: waits; throws `CancellationError`.
    package init(
        _ base: any Engine, limits: CallLimits,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.base = base
        self.limits = limits
        self.sleep = sleep
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        let silence = Silence(
            limits.changed(by: request.limits), of: "\(name)/\(request.model)", sleep: sleep)
        return GenerationStream.made { send in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await event in base.generate(request) {
                        silence.hear(event)
                        send(event)
                    }
                    try Task.checkCancellation()
                }
                group.addTask { try await silence.watch() }
                defer { group.cancelAll() }
                // Whichever ends first, the other is not needed any more.
                try await group.next()
            }
        }
    }
}

/// How long a call has been silent, and whether that is too long.
private final class Silence: Sendable {
    private enum Phase {
        /// Not begun, or waiting for its turn: as long as it takes.
        case waiting
        case loading, evaluating, answering
    }

    private struct State {
        var phase = Phase.waiting
        var lastSign = ContinuousClock.now
        var begin: ContinuousClock.Instant?
    }

    private let limits: CallLimits
    private let model: String
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    init(_ limits: CallLimits, of model: String, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.limits = limits
        self.model = model
        self.sleep = sleep
    }

    func hear(_ event: GenerationEvent) {
        let phase: Phase
        switch event {
        case .waiting: return
        case .passedOver: phase = .waiting
        case .loading: phase = .loading
        case .evaluating: phase = .evaluating
        case .started, .text, .reasoning, .finished: phase = .answering
        }
        state.withLock { state in
            // Progress in loading or evaluating is no end of it.
            if phase == state.phase, phase == .loading || phase == .evaluating { return }
            state.phase = phase
            state.lastSign = .now
            if phase == .waiting { state.begin = nil } else { state.begin = state.begin ?? .now }
        }
    }

    /// Ends only by throwing.
    func watch() async throws {
        while true {
            let (rest, failure) = nextLimit()
            guard rest > .zero else { throw failure }
            // A limit that begins while this sleeps cannot run out before it wakes.
            try await sleep(min(rest, shortest))
        }
    }

    /// How long the call may still be silent, and what is wrong if it is.
    private func nextLimit() -> (rest: Duration, failure: EngineError) {
        let state = state.withLock { $0 }
        guard let begin = state.begin else { return (shortest, failure("did not begin", "total", limits.total)) }
        let (limit, what, key) =
            switch state.phase {
            case .loading: (limits.load, "was not loaded", "load")
            case .waiting, .evaluating: (limits.firstToken, "gave no first token", "first_token")
            case .answering: (limits.betweenTokens, "gave no further token", "between_tokens")
            }
        let rest = state.lastSign + limit - .now
        let whole = begin + limits.total - .now
        return whole < rest
            ? (whole, failure("did not finish", "total", limits.total)) : (rest, failure(what, key, limit))
    }

    private var shortest: Duration { min(limits.load, limits.firstToken, limits.betweenTokens, limits.total) }

    private func failure(_ what: String, _ key: String, _ limit: Duration) -> EngineError {
        let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
        let shown = Int(exactly: seconds).map { "\($0)" } ?? "\(seconds)"
        return EngineError(
            .timedOut, "\(model) \(what) within \(shown) s: raise `limits.\(key)` if it needs longer.")
    }
}
