package import Inference
package import LocalNetwork

/// What the configuration says of a model server.
package struct ServerSettings: Sendable {
    /// The engine's name in `ENGINE/NAME`.
    package var name: String
    /// Where it is: for Ollama the server, for the others the address that ends in `/v1`.
    package var url: ServerURL
    /// Sent as a bearer token with every request, and to nobody else.
    package var token: String?
    /// Whether the server, and models that it runs elsewhere, may be outside the local network.
    package var allowsRemote: Bool
    /// A file of certificates that are trusted in place of the system's.
    package var authorities: String?
    /// An HTTP proxy by which the server is reached; those of the environment are not used.
    package var proxy: ServerURL?
    /// What the server calls a model, by the name that workflows use.
    package var modelNames: [String: String]
    /// How long the server may be silent when it is asked for what it has at hand, such as its list of models.
    package var patience: Duration
    /// Judges addresses; the usual rule unless a test looks names up elsewhere.
    package var rule: NetworkRule

    package init(
        name: String, url: ServerURL, token: String? = nil, allowsRemote: Bool = false, authorities: String? = nil,
        proxy: ServerURL? = nil,
        modelNames: [String: String] = [:], patience: Duration = .seconds(30), rule: NetworkRule? = nil
    ) {
        self.name = name
        self.url = url
        self.token = token
        self.allowsRemote = allowsRemote
        self.authorities = authorities
        self.proxy = proxy
        self.modelNames = modelNames
        self.patience = patience
        self.rule = rule ?? (allowsRemote ? .open : NetworkRule())
    }

    /// What the server calls a model.
    func served(_ model: String) -> String { modelNames[model] ?? model }

    /// What workflows call a model of the server.
    func known(_ served: String) -> String { modelNames.first { $0.value == served }?.key ?? served }
}

/// A model server, as `doctor` shows it.
package struct ServerStatus: Sendable {
    /// What answers there, with its version where it tells: `Ollama 0.33.1`, `LM Studio`.
    package var product: String
    package var models: [ModelDescription]
    /// The addresses that its name leads to.
    package var addresses: [String]

    package init(product: String, models: [ModelDescription], addresses: [String]) {
        self.product = product
        self.models = models
        self.addresses = addresses
    }
}

/// An engine that is a server.
package protocol ServerEngine: Engine {
    var url: ServerURL { get }
    /// Asks the server what it is and has.
    func status() async throws(EngineError) -> ServerStatus
}
