import Inference
package import Workflow

/// What a workflow asks of each model that it names, known before it runs.
package struct PlannedModels: Sendable {
    /// The largest context that any step of the workflow asks for, by the model's reference. All calls of a run get
    /// this one: servers load a model again whenever its context changes.
    private(set) var contexts: [String: Int] = [:]
    /// Every model that the workflow names, in the order of the file.
    package private(set) var choices: [ModelChoice] = []

    package init(_ definition: WorkflowDefinition, _ setting: RunSetting) {
        add(definition.steps + definition.failureSteps, definition, setting)
    }

    private mutating func add(_ steps: [Step], _ definition: WorkflowDefinition, _ setting: RunSetting) {
        for step in steps {
            switch step.body {
            case .nested(let nested): add(nested, definition, setting)
            case .kind(let call as WorkflowStep):
                if let called = call.called?.definition { add(called.steps, called, setting) }
            case .kind(let kind):
                if type(of: kind).asksModel { add(step, kind, definition, setting) }
            }
        }
    }

    private mutating func add(
        _ step: Step, _ kind: any StepKind, _ definition: WorkflowDefinition, _ setting: RunSetting
    ) {
        for case .constant(let name) in StepModels(of: step, definition, setting).names {
            // What is wrong with the name, the step tells when it runs.
            guard let choice = try? ModelChoice(name, configuration: setting.configuration, engines: setting.engines)
            else { continue }
            if !choices.contains(where: { $0.reference == choice.reference }) { choices.append(choice) }
            guard let prompt = kind as? PromptStep, let context = prompt.context ?? choice.settings?.context else {
                continue
            }
            contexts[choice.reference] = max(contexts[choice.reference] ?? 0, context)
        }
    }
}
