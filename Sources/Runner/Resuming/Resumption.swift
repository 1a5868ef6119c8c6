package import History
import Synchronization

/// How a run that has ended is gone on with.
package struct Resumption: Sendable {
    /// The run as it is recorded.
    package var run: RunRecord
    /// Whether the workflow's text is another one than the record has.
    package var isEdited: Bool
    /// Whether items and steps that failed, and whose failure did not end the run, are done again.
    package var retriesFailures: Bool

    package init(of run: RunRecord, isEdited: Bool = false, retriesFailures: Bool = false) {
        self.run = run
        self.isEdited = isEdited
        self.retriesFailures = retriesFailures
    }
}

/// With what a new run begins: the results that another one has of the steps before the one that is named.
package struct HeadStart: Sendable {
    package var run: RunID
    /// The steps whose results are taken, by their ids.
    package var steps: [String: StepRowID]

    package init(run: RunID, steps: [String: StepRowID]) {
        self.run = run
        self.steps = steps
    }
}

/// What a run tells once of each step that it does again.
final class ToldChanges: Sendable {
    private let told = Mutex<Set<String>>([])

    func isNew(_ path: String) -> Bool {
        told.withLock { $0.insert(path.replacing(/\[\d+\]/, with: "[]")).inserted }
    }
}
