/// One kind of step: `read:`, `prompt:`, … Its keys, what they mean and what it gives to later steps are declared
/// here once; the runner adds what it does.
package protocol StepKind: Declared {
    /// The key that stands in the step and holds the kind's own keys.
    static var key: String { get }
    /// What the step does, in a sentence or two.
    static var summary: String { get }
    /// Whether `defaults.retry` holds for steps of this kind.
    static var isRetriedByDefault: Bool { get }
    /// Whether it calls the step's model.
    static var asksModel: Bool { get }
    /// What expressions find under `steps.ID`.
    static var outputs: [Shape.Member] { get }
    /// The same for this very step, where its own keys decide.
    var outputShape: Shape { get }
}

extension StepKind {
    package static var isRetriedByDefault: Bool { false }
    package static var asksModel: Bool { false }

    package var outputShape: Shape { .mapping(Self.outputs) }
}

/// Every kind of step there is, in the order of the reference page.
package enum StepKinds {
    package static let all: [any StepKind.Type] = [
        ListStep.self, ReadStep.self, SplitStep.self, PromptStep.self, EmbedStep.self, ParseStep.self, SetStep.self,
        CheckStep.self, ScoreStep.self,
        WriteStep.self, ChartStep.self, RunStep.self, HTTPStep.self, WorkflowStep.self,
    ]

    /// The key that holds nested steps in place of a kind.
    static let nestedSteps = "steps"
}
