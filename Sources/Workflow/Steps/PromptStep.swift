import Jinja

/// `prompt:` asks a model.
package struct PromptStep: StepKind {
    /// A question with its answer, shown to the model before the real one.
    package struct Example: Declared {
        package var user = TemplatedText.constant("")
        package var assistant = TemplatedText.constant("")

        package init() {}

        package static let fields: [Field<Self>] = [
            .required("user", \.user, .text, "What a user might say."),
            .required("assistant", \.assistant, .text, "The answer that is wanted, exactly as wanted."),
        ]
    }

    package var system: TemplatedText?
    package var examples: [Example] = []
    package var user = TemplatedText.constant("")
    package var temperature: Double?
    package var topK: Int?
    package var topP: Double?
    package var minP: Double?
    package var repeatPenalty: Double?
    package var seed: Int?
    package var maxTokens: Int?
    package var stop: [TemplatedText] = []
    package var context: Int?
    package var allowTruncated = false
    package var schema: TemplatedValue?
    package var grammar: TemplatedText?
    package var choices: [TemplatedText] = []
    package var isReproducible = false
    package var images = TemplatedValue.list([])
    package var thinking: ThinkingChoice?
    package var limits: LimitsDeclaration?
    package var cache: CacheChoice?
    package var repair = 0
    package var onInvalid = InvalidAnswerRule.fail

    package init() {}

    package static let key = "prompt"
    package static let summary = """
        Asks a model and takes its answer as text and, with a `schema`, as data. The model is the step's `model`, else the workflow's \
        `defaults.model`, else the configuration's `default_model`.
        """
    package static let shorthand: String? = "user"
    package static let isRetriedByDefault = true
    package static let asksModel = true
    package static let fields: [Field<Self>] = [
        .optional("system", \.system, .text, "Who the model is and how it should answer."),
        .optional(
            "examples", \.examples, .array(of: .record(), named: "examples"), default: nil,
            "Few-shot examples: each becomes a turn of the user and a turn of the model before the real one."),
        .required(
            "user", \.user, .someText, "What the model is asked. White space at both ends is left out."),
        .optional(
            "temperature", \.temperature, .number(0...100),
            "0 always takes the most probable token; 1 is the model's own distribution; higher is freer. 0.8 unless the model's entry in the configuration says otherwise."
        ),
        .optional(
            "top_k", \.topK, .integer(1...Int.max),
            "Only the most probable tokens, this many, are considered; 40 if not given."),
        .optional(
            "top_p", \.topP, .number(0.001...1),
            "Only the most probable tokens that together reach this probability are considered; 0.95 if not given."),
        .optional(
            "min_p", \.minP, .number(0...1),
            "Tokens less probable than this share of the most probable one are left out; 0.05 if not given."),
        .optional(
            "repeat_penalty", \.repeatPenalty, .number(0.01...10),
            "Over 1, tokens that were used lately become less probable."),
        .optional(
            "seed", \.seed, .integer(0...Int(UInt32.max)),
            "Where the random numbers start: the same seed gives the same answer. Without one it is drawn, and recorded."
        ),
        .optional(
            "max_tokens", \.maxTokens, .integer(1...Int.max), "The longest answer in tokens; 1024 if not given."),
        .optional(
            "stop", \.stop, .array(of: .text, named: "texts"), default: nil,
            "The answer ends before the first of these texts."),
        .optional(
            "context", \.context, .integer(16...Int.max),
            "The context length in tokens that the model is loaded with; the model's own, at most 4096, if not given."
        ),
        .optional(
            "allow_truncated", \.allowTruncated, .boolean, default: false,
            "Whether an answer that was cut off at `max_tokens` is taken; else the step fails."),
        .optional(
            "schema", \.schema, .value,
            "The JSON Schema of the answer. The engine inside the process lets the model write nothing else, servers are told to do so, and the answer is checked here whatever was promised. What is damaged is mended where its meaning is clear, as by `parse`; see `repair` and `on_invalid` for what is not."
        ),
        .optional(
            "choices", \.choices, .array(of: .text, named: "texts"), default: nil,
            "The answer is one of these texts, word for word."),
        .optional(
            "repair", \.repair, .integer(0...10), default: 0,
            "How often an answer that is not what `schema` or `choices` ask for is sent back to the model, with what is wrong with it."
        ),
        .optional(
            "on_invalid", \.onInvalid, .invalidAnswerRule, default: "fail",
            "What happens where it is still not right: `fail` fails the step, `keep` takes the data as they are, `null` takes null."
        ),
        .optional(
            "grammar", \.grammar, .someText,
            "The answer follows this grammar, in GBNF with a rule `root`. Only the engine inside the process and llama-server can hold a model to it."
        ),
        .optional(
            "reproducible", \.isReproducible, .boolean, default: false,
            "Whether the engine inside the process answers this alone, so that the same model, prompt, seed and settings give the same answer whatever is asked beside it. It is slower."
        ),
        .optional(
            "images", \.images, .list(of: "paths"), default: nil,
            "Pictures for a model that sees: paths of PNG, JPEG, GIF or WebP files."),
        .optional(
            "think", \.thinking, .thinking,
            "Whether the model thinks before it answers, or how hard: true, false, `low`, `medium` or `high`. The model decides if not given."
        ),
        .optional(
            "limits", \.limits, .record(),
            "How long the model may be silent; what is not given, the engine's `limits` in the configuration decide."),
        .optional(
            "cache", \.cache, .cacheChoice,
            "Whether an answer may come from the cache, and goes into it, where the same would be given again: with a `temperature` of 0 or a `seed`, by the very same weights. `refresh` asks the model and caches what it says now. The configuration's `cache` decides if not given."
        ),
    ]
    package func validate(at place: Place, _ decoding: Decoding) {
        if [schema != nil, grammar != nil, !choices.isEmpty].count(where: { $0 }) > 1 {
            decoding.report(
                "`schema`, `grammar` and `choices` each say what the answer must be: take one of them", at: place)
        }
        if schema == nil, choices.isEmpty, repair > 0 || onInvalid != .fail {
            decoding.report(
                "`\(repair > 0 ? "repair" : "on_invalid")` needs a `schema` or `choices` that an answer can break",
                at: place)
        }
    }

    package static let outputs: [Shape.Member] = [
        .init("text", .text, "The answer, without white space at its ends."),
        .init("data", .any, "The answer as data, where the step has a `schema`; null otherwise."),
        .init("valid", .boolean, "Whether the answer is what was asked for; false only with `on_invalid`."),
        .init(
            "repairs", .list(of: .text),
            "What was mended in the answer, by the names in [repairs](answers.md#repairs); empty where nothing was."),
        .init("errors", .list(of: .text), "What is wrong with the answer, where it is not valid."),
        .init("rounds", .integer, "How often the answer was sent back to be repaired."),
        .init("reasoning", .text, "What the model thought before it answered; empty where it did not."),
        .init("model", .text, "The model that answered."),
        .init("finish_reason", .text, "`stop`, or `length` where the answer was cut off."),
        .init("seed", .integer, "The seed that was used; null for a temperature of 0."),
        .init("prompt_tokens", .integer, "The length of the prompt in tokens."),
        .init("tokens", .integer, "The length of the answer in tokens."),
        .init("seconds", .number, "How long the call took."),
    ]
}
