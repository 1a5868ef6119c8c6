import CLlama
import Synchronization

/// Tells a running `llama_decode` to stop when nobody wants its result any more.
///
/// libllama asks between the nodes of its graph, so the answer must be quick.
final class AbortSignal: Sendable {
    private let isUnwanted: Mutex<@Sendable () -> Bool> = Mutex({ false })

    /// The requests that the next decode works for.
    func watch(_ jobs: [GenerationJob]) {
        watch { !jobs.isEmpty && jobs.allSatisfy(\.isCancelled) }
    }

    /// How to learn that nobody wants the next decode.
    func watch(_ isUnwanted: @escaping @Sendable () -> Bool) {
        self.isUnwanted.withLock { $0 = isUnwanted }
    }

    /// Has libllama ask. The signal must live as long as the context.
    func connect(to parameters: inout llama_context_params) {
        parameters.abort_callback = { signal in
            guard let signal else { return false }
            return Unmanaged<AbortSignal>.fromOpaque(signal).takeUnretainedValue().isRaised
        }
        parameters.abort_callback_data = Unmanaged.passUnretained(self).toOpaque()
    }

    private var isRaised: Bool { isUnwanted.withLock { $0 }() }
}
