import Synchronization

/// Tells a running `llama_decode` to stop when nobody wants its result any more.
///
/// libllama asks between the nodes of its graph, so the answer must be quick.
final class AbortSignal: Sendable {
    private let jobs: Mutex<[GenerationJob]> = Mutex([])

    /// The requests that the next decode works for.
    func watch(_ jobs: [GenerationJob]) {
        self.jobs.withLock { $0 = jobs }
    }

    var isRaised: Bool {
        jobs.withLock { jobs in !jobs.isEmpty && jobs.allSatisfy(\.isCancelled) }
    }
}
