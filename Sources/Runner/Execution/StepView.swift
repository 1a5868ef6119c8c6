import Jinja
import OrderedCollections
import Workflow

/// What a step sees while it runs, and in a dry run.
protocol StepView: Sendable {
    var step: Step { get }
    var definition: WorkflowDefinition { get }
    var setting: RunSetting { get }
    var files: ProjectFiles { get }
    var environment: Environment { get }
    /// The names of expressions: `inputs`, `steps`, `item`, …
    var names: Mapping { get }
}

extension StepView {
    func text(_ text: TemplatedText) throws -> String {
        try text.render(names, environment: environment)
    }

    func value(_ value: TemplatedValue) throws -> Value {
        try value.evaluate(names, environment: environment)
    }

    func isMet(_ condition: Condition) throws -> Bool {
        try condition.isMet(names, environment: environment)
    }

    /// The entries of a mapping as texts: what is no text is written as JSON.
    func texts(_ mapping: TemplatedValue) throws -> [(key: String, value: String)] {
        (try value(mapping).mapping ?? [:]).map { ($0, $1.string ?? $1.json(.compact)) }
    }

    /// The models that the step asks, in order of fallback: its own, else the run's, the workflow's or the
    /// configuration's defaults.
    func chosenModels() throws -> [ModelChoice] {
        let names = try StepModels(of: step, definition, setting).names.map(text)
        guard !names.isEmpty else {
            throw StepFailure(
                .noModel,
                "no model is named: give the step a `model`, the workflow `defaults.model`, or the run `--model`")
        }
        return try names.map {
            try ModelChoice($0, configuration: setting.configuration, engines: setting.engines)
        }
    }

    /// The first of them, for what is not asked but counted.
    func chosenModel() throws -> ModelChoice {
        guard let first = try chosenModels().first else { throw StepFailure(.noModel, "no model is named") }
        return first
    }
}

extension Duration {
    /// How long something took, as steps give it: in seconds, to the millisecond.
    var inResults: Value { .number((inSeconds * 1000).rounded() / 1000) }
}
