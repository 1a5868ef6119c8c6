import Synchronization

/// What a run has come to so far, counted from all its tasks.
final class RunProgress: Sendable {
    private let work = Mutex(RunWork())

    var current: RunWork { work.withLock { $0 } }

    func add(_ change: (inout RunWork) -> Void) {
        work.withLock { change(&$0) }
    }
}
