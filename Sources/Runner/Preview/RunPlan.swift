import Jinja

/// What a run would do, as far as it can be known without asking a model or writing a file.
package struct RunPlan: Sendable {
    package struct PlannedStep: Sendable {
        package var event: StepEvent
        package var needs: [String]
        package var lines: [String]
        /// How many items a `foreach` would have, where that is known.
        package var items: Int?
        /// The nested steps, or the step for the first item.
        package var nested: [PlannedStep]
        /// A mistake that would end the run here.
        package var error: String?
        /// Whether what is left unsaid depends on results that only a run can know.
        package var dependsOnResults: Bool
    }

    package var steps: [PlannedStep]

    package var hasErrors: Bool { steps.contains { $0.hasError } }
}

extension RunPlan.PlannedStep {
    package var hasError: Bool { error != nil || nested.contains { $0.hasError } }
}
