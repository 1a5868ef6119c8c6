import Jinja
import OrderedCollections

/// The top level of an evaluation's file.
struct EvaluationKeys: Declared {
    var version = 1
    var name: String?
    var explanation: String?
    var inputs: [(key: String, value: InputDeclaration)] = []
    var defaults = WorkflowDefinition.Defaults()
    var cases: YAMLNode?
    var limit: Int?
    var models: [String] = []
    var maxParallel = 1
    var given: YAMLNode?
    var variants: [(key: String, value: EvaluationVariant)] = []
    var score: YAMLNode?
    var requirements = EvaluationRequirements()
    var timeLimit: Duration?

    static let fields: [Field<Self>] = [
        .required("version", \.version, .integer(1...1), "The version of the workflow language: 1."),
        .optional("name", \.name, .name, "The evaluation's name; without it the file's name."),
        .optional("description", \.explanation, .name, "What is measured, in a sentence."),
        .optional(
            "inputs", \.inputs, .dictionary(of: .record(), named: "inputs"), default: nil,
            "What may be given with `-i NAME=VALUE`, as for a workflow."),
        .optional(
            "defaults", \.defaults, .record(), default: nil, "What holds for steps that do not say otherwise."),
        .required(
            "cases", \.cases,
            .node("the path of a table or a list of cases", ["type": ["string", "array"]]),
            "The cases: the path of a `.csv`, `.tsv`, `.json`, `.jsonl` or `.yaml` file, or a list. In all that follows, `item` is the case."
        ),
        .optional(
            "limit", \.limit, .integer(1...Int.max),
            "Only so many cases are taken, from the first on; `--limit` takes fewer or more of them."),
        .optional(
            "models", \.models, .oneOrMore(.name, named: "models"), default: nil,
            "The models that are measured: each variant is run with each of them. Without it, the model that the variant's steps or the defaults name."
        ),
        .optional(
            "max_parallel", \.maxParallel, .integer(1...256), default: 1,
            "How many cases are worked on at the same time."),
        .optional(
            "given", \.given, .node("a mapping of step ids to results", ["type": "object"]),
            "What steps that are not run would have given, by their ids: `text: { text: ${{ item.text }} }` stands for a `read` step `text`."
        ),
        .required(
            "variants", \.variants, .dictionary(of: .record(), named: "variants"),
            "What is compared: each has a name, and a prompt, a step of a workflow, or steps of its own."),
        .required(
            "score", \.score, .node("a mapping", ScoreStep.recordSchema.withNothingRequired),
            "How an answer is judged: the keys of `score`, of which `answer` may be left out."),
        .optional(
            "require", \.requirements, .record(), default: nil,
            "What each variant must reach with each model; the exit code is 1 where one does not."),
        .optional("timeout", \.timeLimit, .duration, "How long all of it may take; it fails then."),
    ]

    /// Whether the keys of a file are those of an evaluation, and not of a workflow.
    static func describes(_ entries: [YAMLNode.Entry]) -> Bool {
        let keys = entries.compactMap { $0.key.scalar?.text }
        return keys.contains("variants") || (keys.contains("cases") && !keys.contains("steps"))
    }

    func validate(at place: Place, _ decoding: Decoding) {
        if variants.isEmpty { decoding.report("an evaluation needs at least one variant", at: place) }
        if let twice = models.first(where: { name in models.count { $0 == name } > 1 }) {
            decoding.report("`models` names `\(twice)` twice", at: place)
        }
        let isCompared = score?.data.mapping.map { $0["expected"] != nil } ?? true
        if !isCompared, requirements.exact != nil || requirements.similarity != nil {
            decoding.report("`require` has `exact` or `similarity`, and `score` has nothing `expected`", at: place)
        }
        if inputs.contains(where: { $0.key == Self.limitInput }) {
            decoding.report("the input `\(Self.limitInput)` is taken: it is what `--limit` gives", at: place)
        }
    }

    /// The input by which a run takes another number of cases.
    static let limitInput = "case_limit"
}

/// What is compared with others in an evaluation.
struct EvaluationVariant: Declared {
    var prompt: YAMLNode?
    var workflow: PlacedText?
    var step: PlacedText?
    var steps: YAMLNode?
    var answer: YAMLNode?

    static let fields: [Field<Self>] = [
        .optional(
            "prompt", \.prompt, .node("a mapping", PromptStep.recordSchema.withNothingRequired),
            "The prompt that is measured; with `workflow`, what is other in it than in that step."),
        .optional(
            "workflow", \.workflow, .placed(.name),
            "The workflow a step of which is measured: its name in the folder `workflows`, or its file, from the project folder."
        ),
        .optional(
            "step", \.step, .placed(.identifier),
            "The id of that step, wherever it stands. Of one with nested steps these are run for each case, but for those that are `given`."
        ),
        .optional(
            "steps", \.steps, .node("a list of steps", FieldType<[Step]>.steps.schema),
            "Steps that are run for each case, in place of a prompt."),
        .optional(
            "answer", \.answer, .node("a value", true),
            "What is judged; without it, the data of the prompt's answer, else its text."),
    ]

    func validate(at place: Place, _ decoding: Decoding) {
        if (workflow == nil) != (step == nil) {
            decoding.report("`workflow` and `step` belong together: they name a step of another file", at: place)
            return
        }
        let sources = [workflow != nil, steps != nil, prompt != nil && workflow == nil].count { $0 }
        if sources != 1 {
            decoding.report("a variant is a `prompt`, or a `step` of a `workflow`, or `steps`: one of them", at: place)
        }
        if steps != nil, answer == nil {
            decoding.report("a variant with `steps` needs `answer`, which says what is judged", at: place)
        }
    }
}

/// What must be reached, as shares of the cases from 0 to 1.
package struct EvaluationRequirements: Declared {
    package var right: Double?
    package var valid: Double?
    package var exact: Double?
    package var similarity: Double?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("right", \.right, .number(0...1), "The share of the cases with a right answer."),
        .optional("valid", \.valid, .number(0...1), "The share of the cases with a valid answer."),
        .optional("exact", \.exact, .number(0...1), "The share of the cases with exactly the expected answer."),
        .optional("similarity", \.similarity, .number(0...1), "The mean similarity to the expected answers."),
    ]
}

extension Value {
    /// The schema of a ``Declared`` mapping of which any key may be absent.
    fileprivate var withNothingRequired: Value {
        guard var fields = mapping else { return self }
        fields["required"] = nil
        if let choices = fields["anyOf"]?.list { fields["anyOf"] = .list(choices.map(\.withNothingRequired)) }
        return .mapping(fields)
    }
}
