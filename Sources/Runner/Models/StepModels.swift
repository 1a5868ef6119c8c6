import Workflow

/// The models that a step asks, as they are written.
struct StepModels {
    /// In order of fallback; empty where nobody names one.
    let names: [TemplatedText]

    init(of step: Step, _ definition: WorkflowDefinition, _ setting: RunSetting) {
        if !step.models.isEmpty {
            names = step.models
        } else if let model = setting.options.model {
            names = [.constant(model)]
        } else if !definition.defaults.models.isEmpty {
            names = definition.defaults.models.map { .constant($0) }
        } else {
            names = setting.configuration.defaultModels.map { .constant($0) }
        }
    }
}
