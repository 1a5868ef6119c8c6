package import Jinja
import OrderedCollections

/// What is wrong with the values that a workflow is given as its inputs.
package enum InputMistake: Error, Sendable {
    /// A required input has no value.
    case missing(input: String)
    /// An input does not take its value.
    case refused(input: String, InputMismatch)
}

extension WorkflowDefinition {
    /// A value for each input that the workflow declares, from values that have types; others are left out.
    package func inputValues(from given: Mapping) throws(InputMistake) -> Mapping {
        var values: Mapping = [:]
        for (name, input) in inputs {
            // Null is what an input is that was not given.
            guard let value = given[name], !value.isNull else {
                guard !input.isRequired else { throw .missing(input: name) }
                values[name] = input.fallback
                continue
            }
            switch input.accept(value) {
            case .success(let accepted): values[name] = accepted
            case .failure(let mismatch): throw .refused(input: name, mismatch)
            }
        }
        return values
    }
}
