/// A workflow as its file says it, checked: every name resolves, every type is right as far as it can be known.
package struct WorkflowDefinition: Sendable {
    package let source: SourceText
    package let name: String
    package let explanation: String?
    package let inputs: [(key: String, value: InputDeclaration)]
    package let defaults: Defaults
    /// When the workflow runs by itself.
    package let schedules: [ScheduleDeclaration]
    /// The group of workflows of which only so many run at once as the configuration says, one if it says nothing.
    package let concurrencyGroup: String?
    /// How long a run may take.
    package let timeLimit: Duration?
    package let steps: [Step]
    /// What is done when a run has failed, or some of it has.
    package let failureSteps: [Step]
    package let outputs: [(key: String, value: TemplatedValue)]
    /// What is no mistake, but probably not meant.
    package let warnings: [Diagnostic]
    /// What the run must keep of its steps beside what they give, because the file asks for it.
    package let demands: Demands
    /// What is compared, where the file is an evaluation.
    package let evaluation: Evaluation?

    /// What holds for steps that do not say otherwise.
    package struct Defaults: Declared {
        package var models: [String] = []
        package var retry: Retry?

        package init() {}

        package static let fields: [Field<Self>] = [
            .optional(
                "model", \.models, .fallbacks(.name), default: nil,
                "The model for prompts: an alias from the configuration, `ENGINE/NAME`, or a path to a `.gguf`; or a list of them, each asked where the one before it cannot answer."
            ),
            .optional(
                "retry", \.retry, .record(),
                "How `prompt`, `run` and `http` steps that have no `retry` are tried again."
            ),
        ]
    }

    /// The workflows that this one calls or measures, directly or through others, each once.
    package var calledWorkflows: [CalledWorkflow] {
        var found: [CalledWorkflow] = []
        func look(_ steps: [Step]) {
            for step in steps {
                switch step.body {
                case .nested(let nested): look(nested)
                case .kind(let kind):
                    guard let called = (kind as? WorkflowStep)?.called,
                        !found.contains(where: { $0.file == called.file })
                    else { continue }
                    found.append(called)
                    look(called.definition.steps)
                }
            }
        }
        look(steps)
        look(failureSteps)
        for workflow in evaluation?.measured ?? [] where !found.contains(where: { $0.file == workflow.file }) {
            found.append(workflow)
        }
        return found
    }

    /// The names that the workflow's outputs have.
    package var outputNames: [String] { outputs.map(\.key) }
}

/// The top level of a workflow file.
struct WorkflowKeys: Declared {
    var version = 1
    var name: String?
    var explanation: String?
    var inputs: [(key: String, value: InputDeclaration)] = []
    var defaults = WorkflowDefinition.Defaults()
    var schedules: [ScheduleDeclaration] = []
    var concurrencyGroup: String?
    var timeLimit: Duration?
    var steps: [Step] = []
    var failureSteps: [Step] = []
    var outputs = TemplatedValue.mapping([])

    static let fields: [Field<Self>] = [
        .required("version", \.version, .integer(1...1), "The version of the workflow language: 1."),
        .optional("name", \.name, .name, "The workflow's name; without it the file's name."),
        .optional("description", \.explanation, .name, "What the workflow is for, in a sentence."),
        .optional(
            "inputs", \.inputs, .dictionary(of: .record(), named: "inputs"), default: nil,
            "What may be given to a run with `-i NAME=VALUE`; found as `inputs.NAME`."),
        .optional(
            "defaults", \.defaults, .record(), default: nil, "What holds for steps that do not say otherwise."),
        .optional(
            "schedule", \.schedules, .schedules, default: nil,
            "When the workflow runs by itself, where `nightjar serve` is at work: an entry, or a list of them."),
        .optional(
            "concurrency", \.concurrencyGroup, .name,
            "A group of workflows of which one runs at a time by the schedule, or as many as the configuration says under `scheduler.groups`."
        ),
        .optional("timeout", \.timeLimit, .duration, "How long a run may take; it fails then."),
        .required("steps", \.steps, .steps, "What is done, in order."),
        .optional(
            "on_failure", \.failureSteps, .steps, default: nil,
            "Steps that are run when the run has failed, or some of it has. They find the reason as `run.error`, and none of the results of `steps`."
        ),
        .optional(
            "outputs", \.outputs, .mapping, default: nil,
            "What the run gives back, on standard output and in the history."),
    ]
}
