import Foundation
import History
import Jinja
import Workflow

/// What a step sees and uses while it runs.
struct StepContext: StepView {
    let run: RunContext
    let step: Step
    let event: StepEvent
    let work: StepExecution.Work
    let names: Mapping

    var row: StepRowID { work.row }
    var definition: WorkflowDefinition { run.definition }
    var setting: RunSetting { run.setting }
    var files: ProjectFiles { run.files }
    var environment: Environment { run.environment }
    var history: HistoryStore { run.setting.history }
    var now: Date { run.setting.now() }

    func report(_ event: RunEvent) {
        run.setting.report(event)
    }
}

/// What all steps of a run share; a workflow that is called by a step has a definition of its own.
struct RunContext: Sendable {
    let id: RunID
    var definition: WorkflowDefinition
    let setting: RunSetting
    let files: ProjectFiles
    let environment: Environment
    let models: RunModels
    var progress: RunProgress
    /// Whether a step around this one is tried again as a whole.
    var isRetriedAround = false
    /// Whether what failed before, and was let pass, is done again.
    var retriesFailures = false
    /// Whether the workflow is another one than in the attempt before.
    var isEdited = false
    let changes = ToldChanges()
}

/// What a kind of step does.
protocol ExecutableStep: StepKind {
    /// Does the work and returns what later steps find under `steps.ID`.
    func execute(_ context: StepContext) async throws -> Mapping
    /// What a dry run tells of the step and, where it is free to know, what it would give.
    func preview(_ context: PreviewContext) async throws -> StepPreview
}
