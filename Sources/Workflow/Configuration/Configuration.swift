import Jinja

/// What a person or a project sets once for all workflows: `nightjar.yaml` in the project, or the user's own file.
package struct Configuration: Sendable {
    /// The model of prompts that name none.
    package var defaultModels: [String] = []
    /// Servers and pools by their names.
    package var engines: [(key: String, value: EngineDeclaration)] = []
    /// Names for models with their settings.
    package var models: [(key: String, value: ModelAlias)] = []
    /// Where secrets come from, by their names.
    package var secrets: [(key: String, value: SecretDeclaration)] = []
    /// Folders outside the project that `write` may write to.
    package var writeRoots: [String] = []
    package var allowRemote: [String] = []
    /// The cache of model answers; `nil` where the configuration does not speak of it.
    package var cache: CacheDeclaration?
    /// How `nightjar serve` works; `nil` where the configuration does not speak of it.
    package var scheduler: SchedulerDeclaration?
    /// Where models are fetched from; `nil` where the configuration does not speak of it.
    package var downloads: DownloadsDeclaration?

    package init() {}

    package static let fileName = "nightjar.yaml"
}

/// A custom model: another one under a name of one's own, with settings.
package struct ModelAlias: Declared {
    package var model = ""
    package var system: String?
    package var temperature: Double?
    package var topK: Int?
    package var topP: Double?
    package var minP: Double?
    package var repeatPenalty: Double?
    package var maxTokens: Int?
    package var context: Int?
    package var thinking: ThinkingChoice?
    package var stop: [String] = []
    package var examples: [AliasExample] = []
    package var chatTemplate: String?
    package var adapters: [AdapterDeclaration] = []

    package init() {}

    package static let shorthand: String? = "model"
    package static let fields: [Field<Self>] = [
        .required("model", \.model, .name, "`ENGINE/NAME` or a path to a `.gguf`."),
        .optional("system", \.system, .name, "The system prompt of steps that have none."),
        .optional("temperature", \.temperature, .number(0...100), "As in `prompt`."),
        .optional("top_k", \.topK, .integer(1...Int.max), "As in `prompt`."),
        .optional("top_p", \.topP, .number(0.001...1), "As in `prompt`."),
        .optional("min_p", \.minP, .number(0...1), "As in `prompt`."),
        .optional("repeat_penalty", \.repeatPenalty, .number(0.01...10), "As in `prompt`."),
        .optional("max_tokens", \.maxTokens, .integer(1...Int.max), "As in `prompt`."),
        .optional("context", \.context, .integer(16...Int.max), "As in `prompt`."),
        .optional("think", \.thinking, .thinking, "As in `prompt`."),
        .optional(
            "stop", \.stop, .array(of: .name, named: "texts"), default: nil, "The stop texts of steps that have none."),
        .optional(
            "examples", \.examples, .array(of: .record(), named: "examples"), default: nil,
            "Few-shot examples that stand before those of a step."),
        .optional(
            "chat_template", \.chatTemplate, .name,
            "A file with a Jinja template in place of the model's own. For the engine inside the process."),
        .optional(
            "lora", \.adapters, .array(of: .record(), named: "adapters"), default: nil,
            "LoRA adapters that are added to the weights. For the engine inside the process."),
    ]
}

/// A question with its answer that a custom model always has in mind.
package struct AliasExample: Declared {
    package var user = ""
    package var assistant = ""

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("user", \.user, .name, "What a user might say."),
        .required("assistant", \.assistant, .name, "The answer that is wanted, exactly as wanted."),
    ]
}

/// A LoRA adapter of a custom model.
package struct AdapterDeclaration: Declared {
    package var path = ""
    package var scale = 1.0

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("path", \.path, .name, "The adapter's file, in GGUF format."),
        .optional("scale", \.scale, .number(-100...100), default: 1, "How strongly it is added."),
    ]
}

extension Configuration: Declared {
    package static let fields: [Field<Self>] = [
        .optional(
            "default_model", \.defaultModels, .fallbacks(.name), default: nil,
            "The model of prompts that name none, or a list in order of fallback."),
        .optional(
            "engines", \.engines, .dictionary(of: .record(), named: "engines"), default: nil,
            "Model servers and pools of them, by the names that stand before the slash in `ENGINE/NAME`."),
        .optional(
            "models", \.models, .dictionary(of: .record(), named: "models"), default: nil,
            "Names for models with their settings."),
        .optional(
            "secrets", \.secrets, .dictionary(of: .record(), named: "secrets"), default: nil,
            "Where secrets come from, by their names."),
        .optional(
            "write_roots", \.writeRoots, .array(of: .name, named: "folders"), default: nil,
            "Folders outside the project that `write` may write to."),
        .optional(
            "allow_remote", \.allowRemote, .array(of: .name, named: "hosts"), default: nil,
            "Hosts outside the local network that `http` may send to."),
        .optional(
            "cache", \.cache, .record(),
            "Whether answers of model calls that would give the same again are kept and taken: true, or a mapping."),
        .optional("scheduler", \.scheduler, .record(), "How `nightjar serve` works."),
        .optional("downloads", \.downloads, .record(), "Where `nightjar models pull` fetches models from."),
    ]

    /// Reads a configuration file.
    ///
    /// - Throws: every mistake of the file, in order.
    package init(_ source: SourceText) throws(Diagnostics) {
        self = try Self.read(source) ?? Configuration()
    }

    package func validate(at place: Place, _ decoding: Decoding) {
        for (name, engine) in engines {
            if (name == Self.localEngine) != (engine.kind == .local) {
                decoding.report(
                    "the engine `\(name)`: `local` is the name of the engine inside the process, and of no other",
                    at: place)
            }
        }
    }

    /// The name of the engine inside the process.
    package static let localEngine = "local"

    /// This configuration, with what only the other one says. Used as `project.over(user)`.
    package func over(_ other: Configuration) -> Configuration {
        var result = self
        if defaultModels.isEmpty { result.defaultModels = other.defaultModels }
        result.cache = cache ?? other.cache
        result.scheduler = scheduler ?? other.scheduler
        result.downloads = downloads ?? other.downloads
        result.models += other.models.filter { alias in !models.contains { $0.key == alias.key } }
        result.engines += other.engines.filter { engine in !engines.contains { $0.key == engine.key } }
        result.secrets += other.secrets.filter { secret in !secrets.contains { $0.key == secret.key } }
        result.writeRoots += other.writeRoots
        result.allowRemote += other.allowRemote
        return result
    }
}
