import History
import Jinja
import OrderedCollections
import Workflow

/// The inputs of a run that is recorded, for a workflow that may have been edited since.
struct KeptInputs {
    private let recorded: Mapping
    private let run: RunID

    init(_ recorded: Mapping, of run: RunID) {
        self.recorded = recorded
        self.run = run
    }

    init(of run: RunRecord) {
        self.init((try? Value(json: run.inputs))?.mapping ?? [:], of: run.id)
    }

    /// A value for each input that the workflow declares.
    ///
    /// - Throws: ``CommandFailure`` where the workflow does not take them any more.
    func values(for definition: WorkflowDefinition) throws -> Mapping {
        var values: Mapping = [:]
        for (name, input) in definition.inputs {
            guard let value = recorded[name], !value.isNull else {
                guard !input.isRequired else {
                    throw CommandFailure(
                        .invalid, "the run \(run) has no input `\(name)`, which the workflow now requires: run it anew")
                }
                values[name] = input.fallback
                continue
            }
            switch input.accept(value) {
            case .success(let accepted): values[name] = accepted
            case .failure(let mistake):
                throw CommandFailure(
                    .invalid,
                    "the input `\(name)` of the run \(run) is \(mistake.found), and the workflow now takes \(mistake.expected): run it anew"
                )
            }
        }
        return values
    }
}
