/// What a person or a project sets once for all workflows: `nightjar.yaml` in the project, or the user's own file.
package struct Configuration: Sendable {
    /// The model of prompts that name none.
    package var defaultModel: String?
    /// Names for models with their settings.
    package var models: [(key: String, value: ModelAlias)] = []
    /// Folders outside the project that `write` may write to.
    package var writeRoots: [String] = []
    package var allowRemote: [String] = []

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
    ]
}

extension Configuration: Declared {
    package static let fields: [Field<Self>] = [
        .optional("default_model", \.defaultModel, .name, "The model of prompts that name none."),
        .optional(
            "models", \.models, .dictionary(of: .record(), named: "models"), default: nil,
            "Names for models with their settings."),
        .optional(
            "write_roots", \.writeRoots, .array(of: .name, named: "folders"), default: nil,
            "Folders outside the project that `write` may write to."),
        .optional(
            "allow_remote", \.allowRemote, .array(of: .name, named: "hosts"), default: nil,
            "Hosts outside the local network that `http` may send to."),
    ]

    /// Reads a configuration file.
    ///
    /// - Throws: every mistake of the file, in order.
    package init(_ source: SourceText) throws(Diagnostics) {
        self.init()
        // A file that only marks its folder as a project says nothing.
        if source.isBlank { return }
        let decoding = Decoding(source: source)
        let root: YAMLNode
        do {
            root = try YAMLDocument.read(source)
        } catch {
            throw Diagnostics([error])
        }
        // A file of comments says nothing, which is no mistake.
        guard !root.isNull else {
            self.init()
            return
        }
        let configuration = Configuration.decode(root, key: source.file, decoding)
        let diagnostics = Diagnostics(decoding.diagnostics)
        guard let configuration, !diagnostics.hasErrors else { throw diagnostics }
        self = configuration
    }

    /// This configuration, with what only the other one says. Used as `project.over(user)`.
    package func over(_ other: Configuration) -> Configuration {
        var result = self
        result.defaultModel = defaultModel ?? other.defaultModel
        result.models += other.models.filter { alias in !models.contains { $0.key == alias.key } }
        result.writeRoots += other.writeRoots
        result.allowRemote += other.allowRemote
        return result
    }
}
