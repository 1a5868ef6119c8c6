package import History
package import Jinja
import Synchronization

/// How a run that has ended is gone on with.
package struct Resumption: Sendable {
    /// The run as it is recorded.
    package var run: RunRecord
    /// The values of the inputs: those of the run, as the workflow takes them now.
    package var inputs: Mapping
    /// Whether the workflow's text is another one than the record has.
    package var isEdited: Bool
    /// Whether items and steps that failed, and whose failure did not end the run, are done again.
    package var retriesFailures: Bool

    package init(of run: RunRecord, inputs: Mapping, isEdited: Bool = false, retriesFailures: Bool = false) {
        self.run = run
        self.inputs = inputs
        self.isEdited = isEdited
        self.retriesFailures = retriesFailures
    }
}

/// What a run tells once of each step that it does again.
final class ToldChanges: Sendable {
    private let told = Mutex<Set<String>>([])

    func isNew(_ path: String) -> Bool {
        told.withLock { $0.insert(path.withoutItemNumbers).inserted }
    }
}
