import History
import Synchronization

/// What a run has come to so far, counted from all its tasks.
final class RunProgress: Sendable {
    private let work = Mutex(RunWork())
    /// The run around an attempt that may be made again.
    private let outer: RunProgress?

    init(attemptIn outer: RunProgress? = nil) {
        self.outer = outer
    }

    var current: RunWork { work.withLock { $0 } }

    /// What failed and was let pass.
    var failures: InnerFailures {
        let work = current
        return InnerFailures(items: work.itemsFailed, steps: work.stepsFailed)
    }

    /// Counts what was done and paid for, whatever becomes of the attempt.
    func addCost(_ change: (inout RunWork) -> Void) {
        if let outer { outer.addCost(change) } else { work.withLock { change(&$0) } }
    }

    /// Counts how items and steps have ended: of an attempt that is made again, nothing is left.
    func addOutcome(_ change: (inout RunWork) -> Void) {
        work.withLock { change(&$0) }
    }

    /// The attempt was the last one: its outcomes are those of the run.
    func keep() {
        let own = current
        outer?.addOutcome {
            $0.itemsDone += own.itemsDone
            $0.itemsReused += own.itemsReused
            $0.itemsFailed += own.itemsFailed
            $0.stepsFailed += own.stepsFailed
        }
    }
}
