import Foundation
import History
import Jinja
import Workflow

/// What a step sees and uses while it runs.
struct StepContext: Sendable {
    let run: RunContext
    let step: Step
    let event: StepEvent
    let row: StepRowID
    /// The names of expressions: `inputs`, `steps`, `item`, …
    let names: Mapping

    func text(_ text: TemplatedText) throws -> String {
        try text.render(names, environment: run.environment)
    }

    func value(_ value: TemplatedValue) throws -> Value {
        try value.evaluate(names, environment: run.environment)
    }

    var files: ProjectFiles { run.files }
    var history: HistoryStore { run.setting.history }
    var now: Date { run.setting.now() }

    func report(_ event: RunEvent) {
        run.setting.report(event)
    }
}

/// What all steps of a run share.
struct RunContext: Sendable {
    let id: RunID
    let definition: WorkflowDefinition
    let setting: RunSetting
    let files: ProjectFiles
    let environment: Environment
    let progress: RunProgress
}

/// What a kind of step does.
protocol ExecutableStep: StepKind {
    /// Does the work and returns what later steps find under `steps.ID`.
    func execute(_ context: StepContext) async throws -> Mapping
    /// What a dry run tells of the step and, where it is free to know, what it would give.
    func preview(_ context: PreviewContext) async throws -> StepPreview
}
