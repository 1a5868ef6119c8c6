import Jinja

/// The keys that every step may have, whatever its kind.
struct StepKeys: Declared {
    var id = ""
    var name: String?
    var needs: [PlacedText]?
    var condition: Condition?
    var foreach: Foreach?
    var retry: Retry?
    var timeLimit: Duration?
    var continuesOnError = false
    var models: [TemplatedText] = []

    static let fields: [Field<Self>] = [
        .required(
            "id", \.id, .identifier, "What other steps call this one: letters, digits and `_`, unique in the file."),
        .optional("name", \.name, .name, "A label for people."),
        .optional(
            "needs", \.needs, .array(of: .placed(.identifier), named: "step ids"),
            "The steps to wait for. Without it a step follows the one before; `[]` waits for none. Independent steps run side by side."
        ),
        .optional(
            "if", \.condition, .condition,
            "The step is skipped unless this expression is true. `failure()` and `always()` in it let the step run after another one failed."
        ),
        .optional(
            "foreach", \.foreach, .record(),
            "Runs the step, or its nested `steps`, once for each item of a list or a mapping."),
        .optional(
            "retry", \.retry, .record(),
            "Tries a failed step again; with `foreach` the failed item, which meanwhile leaves its place to others."),
        .optional(
            "timeout", \.timeLimit, .duration,
            "How long one attempt may take, with `foreach` one attempt at one item; it fails then."),
        .optional(
            "continue_on_error", \.continuesOnError, .boolean, default: false,
            "Whether the run goes on after the step failed. It then ends as partial, with exit code 2."),
        .optional(
            "model", \.models, .fallbacks(.someText), default: nil,
            "The model for the prompts of this step and of its nested steps: an alias from the configuration, `ENGINE/NAME`, or a path to a `.gguf`. Of a list each one is asked where the one before it cannot answer."
        ),
    ]
}
