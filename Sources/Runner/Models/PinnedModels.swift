package import Inference
import Synchronization
package import Workflow

/// Holds the models of a run to those that the project has pinned.
package final class PinnedModels: Sendable {
    private struct State {
        var lock: ModelLock
        var checked: Set<String> = []
        var hasChanged = false
    }

    private let state: Mutex<State>
    private let isUpdating: Bool
    private let today: @Sendable () -> String

    /// - Parameters:
    ///   - lock: what is pinned.
    ///   - isUpdating: whether a model that has changed is pinned anew in place of an error.
    ///   - today: the day for new pins, as `2026-11-25`.
    package init(_ lock: ModelLock, isUpdating: Bool, today: @escaping @Sendable () -> String) {
        state = Mutex(State(lock: lock))
        self.isUpdating = isUpdating
        self.today = today
    }

    /// What is pinned now; `nil` where nothing was pinned anew.
    package var changed: ModelLock? { state.withLock { $0.hasChanged ? $0.lock : nil } }

    /// Compares a model with its pin, once a run. Models without a pin pass.
    ///
    /// - Throws: ``EngineError`` with code `pin_mismatch` where it is another one, or what the engine throws.
    package func check(_ choice: ModelChoice) async throws(EngineError) {
        let reference = choice.reference
        let pinned = state.withLock { $0.checked.contains(reference) ? nil : $0.lock[reference] }
        guard let pinned else { return }
        let now = try await choice.engine.identity(of: choice.name)
        if now.digest != pinned.digest {
            guard isUpdating, let pin = try await Pin.of(choice, on: today()) else {
                throw EngineError(
                    .pinMismatch,
                    "\(reference) is not the model that \(ModelLock.fileName) names: it is \(now.digest?.shortDigest ?? "without a digest"), and \(pinned.digest.shortDigest) was pinned; accept it with `--update-lock`, or bring the pinned one back."
                )
            }
            state.withLock { state in
                state.lock[reference] = pin
                state.hasChanged = true
            }
        }
        _ = state.withLock { $0.checked.insert(reference) }
    }
}

package typealias Pin = ModelLock.Pin

extension ModelLock.Pin {
    /// A model as it is now; `nil` where its engine tells no digest.
    package static func of(_ choice: ModelChoice, on date: String) async throws(EngineError) -> Self? {
        let identity = try await choice.engine.identity(of: choice.name)
        guard let digest = identity.digest else { return nil }
        let description = try await choice.engine.describe(choice.name)
        return Self(
            digest: digest, size: description.bytes, origin: description.path ?? choice.engine.origin, date: date)
    }
}

extension String {
    /// Enough of a digest to tell two apart.
    fileprivate var shortDigest: String { String(prefix(19)) }
}
