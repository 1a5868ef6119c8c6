/// What is known of a model without running it.
package struct ModelDescription: Sendable, Hashable {
    /// The name behind `ENGINE/`.
    package var name: String
    /// What else it is called.
    package var otherNames: [String]
    package var engine: String
    /// `llama`, `gemma3`, …: GGUF's `general.architecture`.
    package var architecture: String?
    package var parameters: Int?
    /// `Q4_K_M`, `F16`, …
    package var quantization: String?
    /// The longest context that the model was trained for, in tokens.
    package var contextLength: Int?
    package var bytes: Int?
    package var path: String?
    /// Which store it was found in: `project`, `nightjar`, …
    package var store: String?
    /// `sha256:…`, where it is known without reading the whole file.
    package var digest: String?
    package var hasChatTemplate: Bool
    package var capabilities: Set<Capability>
    /// The host outside the local network that runs the model behind a local server.
    package var remoteHost: String?

    package init(
        name: String, otherNames: [String] = [], engine: String, architecture: String? = nil, parameters: Int? = nil,
        quantization: String? = nil, contextLength: Int? = nil, bytes: Int? = nil, path: String? = nil,
        store: String? = nil, digest: String? = nil, hasChatTemplate: Bool = false,
        capabilities: Set<Capability> = [], remoteHost: String? = nil
    ) {
        self.name = name
        self.otherNames = otherNames
        self.engine = engine
        self.architecture = architecture
        self.parameters = parameters
        self.quantization = quantization
        self.contextLength = contextLength
        self.bytes = bytes
        self.path = path
        self.store = store
        self.digest = digest
        self.hasChatTemplate = hasChatTemplate
        self.capabilities = capabilities
        self.remoteHost = remoteHost
    }

    /// As it is written in `model:`.
    package var reference: String { "\(engine)/\(name)" }
}

/// What an engine can do with a model.
package enum Capability: String, Sendable, Hashable, Codable, CaseIterable {
    /// Answers conversations.
    case chat
    /// The same seed gives the same answer.
    case seed
    /// The exact prompt and its tokens can be shown before a call.
    case preview
    /// Sees pictures.
    case vision
    /// Thinks before it answers.
    case thinking
    /// Makes embeddings.
    case embedding
}
