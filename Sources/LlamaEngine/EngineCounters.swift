import Synchronization

/// What an engine has computed since it was made.
package final class EngineCounters: Sendable {
    private let state = Mutex((calls: 0, tokens: 0))

    /// Calls of `llama_decode`.
    package var decodeCalls: Int { state.withLock { $0.calls } }
    /// The tokens in them.
    package var evaluatedTokens: Int { state.withLock { $0.tokens } }

    func note(tokens: Int) {
        state.withLock { state in
            state.calls += 1
            state.tokens += tokens
        }
    }
}
