import Jinja
import Workflow

/// What a dry run tells of one step.
struct StepPreview: Sendable {
    /// What would be done, in lines for people.
    var lines: [String]
    /// What the step would give; `nil` where only a real run can know.
    var result: Mapping?
}

/// What a step's preview sees: as in a run, but nothing is written and no model is asked.
struct PreviewContext: StepView {
    let step: Step
    let definition: WorkflowDefinition
    let setting: RunSetting
    let files: ProjectFiles
    let environment: Environment
    let names: Mapping
}
