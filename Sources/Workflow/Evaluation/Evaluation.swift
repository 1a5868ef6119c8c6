/// What an evaluation compares: each variant with each model, a step of the run for each pair.
package struct Evaluation: Sendable {
    package struct Entry: Sendable, Hashable {
        /// The step of the run that goes through the cases.
        package var stepID: String
        package var variant: String
        /// `nil` where the evaluation names none, and the steps or the defaults decide.
        package var model: String?
    }

    package var entries: [Entry]
    package var requirements: EvaluationRequirements
    /// The workflows whose steps are measured.
    package var measured: [CalledWorkflow]

    /// The id of the step that judges the answer to a case.
    package static let scoreStep = "score"
    /// The input of the run that says how many cases are taken.
    package static let limitInput = EvaluationKeys.limitInput
}
