import History
import Jinja
import OrderedCollections
import Workflow

extension RunRecord {
    /// The inputs that the run was given.
    var inputValues: Mapping { (try? Value(json: inputs))?.mapping ?? [:] }

    /// They, for a workflow that may have been edited since: a value for each input that it declares.
    ///
    /// - Throws: ``CommandFailure`` where the workflow does not take them any more.
    func inputValues(for definition: WorkflowDefinition) throws -> Mapping {
        do throws(InputMistake) {
            return try definition.inputValues(from: inputValues)
        } catch .missing(let name) {
            throw CommandFailure(
                .invalid, "the run \(id) has no input `\(name)`, which the workflow now requires: run it anew")
        } catch .refused(let name, let mistake) {
            throw CommandFailure(
                .invalid,
                "the input `\(name)` of the run \(id) is \(mistake.found), and the workflow now takes \(mistake.expected): run it anew"
            )
        }
    }
}
