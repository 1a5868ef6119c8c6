import Inference
import Jinja
import LocalNetwork
import OrderedCollections
import Synchronization

/// What an OpenAI-compatible server says of itself and its models, kept for a short time.
final class OpenAIModels: Sendable {
    /// A model, and what decides how it is asked.
    struct Known: Sendable {
        var description: ModelDescription
        /// The name for requests.
        var served: String
        var product: ServerProduct
        /// The context that the model has now; `nil` where the server does not tell.
        var context: Int?
        /// `false` where the server will have to load it first.
        var isLoaded: Bool
        /// `nil` where the server does not tell what its models can do.
        var capabilities: Set<Capability>?

        /// Whether its server lets a grammar in GBNF decide what the model may write.
        var takesGrammars: Bool { if case .llamaServer = product { true } else { false } }
    }

    private struct Listing: Sendable {
        var product: ServerProduct
        var models: [Known]
        var at: ContinuousClock.Instant
    }

    private static let shelfLife = Duration.seconds(60)

    private let connection: ServerConnection
    private let listing = Mutex<Listing?>(nil)

    init(connection: ServerConnection) {
        self.connection = connection
    }

    func product() async throws -> ServerProduct { try await current().product }

    func all() async throws -> [ModelDescription] {
        try await refreshed().models.map(\.description)
    }

    /// - Throws: ``EngineError`` with code `model_not_found`.
    func find(_ name: String) async throws -> Known {
        let served = connection.settings.served(name)
        if let known = try await current().models.first(where: { Self.isSame($0.served, served) }) {
            // What is not loaded yet may be by now.
            if known.isLoaded { return named(known, name) }
        }
        let listing = try await refreshed()
        if let known = listing.models.first(where: { Self.isSame($0.served, served) }) { return named(known, name) }
        // A server that lists nothing is taken at its word by asking.
        guard !listing.models.isEmpty else {
            return Known(
                description: ModelDescription(
                    name: name, engine: connection.settings.name, store: listing.product.title),
                served: served, product: listing.product, context: nil, isLoaded: true, capabilities: nil)
        }
        let names = listing.models.map(\.description.name)
        let hint =
            nearest(name, among: names).map { "did you mean `\($0)`?" }
            ?? "it has \(names.prefix(8).joined(separator: ", "))."
        throw EngineError(.modelNotFound, "There is no model `\(name)` on \(connection.shown); \(hint)")
    }

    /// Next time the server is asked again: something of it has changed.
    func forget() { listing.withLock { $0 = nil } }

    private func named(_ known: Known, _ name: String) -> Known {
        var known = known
        known.description.name = name
        return known
    }

    private static func isSame(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }

    private func current() async throws -> Listing {
        let now = ContinuousClock.now
        if let known = listing.withLock({ $0 }), known.at.duration(to: now) < Self.shelfLife { return known }
        return try await refreshed()
    }

    private func refreshed() async throws -> Listing {
        let entries = try await listedModels()
        let known = listing.withLock { $0?.product }
        let product: ServerProduct
        // The context of a llama-server is its own, and changes when it is started anew.
        if let known, known == .lmStudio {
            product = known
        } else {
            product = try await ServerProduct.ask(connection, owner: entries.first?.member("owned_by")?.string)
        }
        let models =
            product == .lmStudio ? try await studioModels(entries) : entries.compactMap { model($0, product) }
        let fresh = Listing(product: product, models: models, at: .now)
        listing.withLock { $0 = fresh }
        return fresh
    }

    private func listedModels() async throws -> [Value] {
        let list: Value
        do {
            list = try await connection.demand("/models".behind(connection.settings.url))
        } catch let error as EngineError where error.code == .modelNotFound {
            throw hasUsualPath ? error : wrongPath
        }
        // LM Studio answers what it does not know with a success.
        if list.member("error") != nil, !hasUsualPath { throw wrongPath }
        guard let entries = list.member("data")?.list else { throw connection.broken("the list of models is none") }
        return entries
    }

    private var hasUsualPath: Bool { connection.settings.url.path.hasSuffix("/v1") }

    private var wrongPath: EngineError {
        EngineError(
            .invalidRequest,
            "\(connection.shown) has no list of models at \(connection.settings.url): the `url` of this kind ends in `/v1`."
        )
    }

    private func model(_ entry: Value, _ product: ServerProduct) -> Known? {
        guard let served = entry.member("id")?.string, served.isPrintable else { return nil }
        var description = ModelDescription(
            name: connection.settings.known(served), engine: connection.settings.name, store: product.title,
            hasChatTemplate: true, capabilities: [.chat, .seed])
        let meta = entry.member("meta")
        description.parameters = meta?.member("n_params")?.count64
        description.bytes = meta?.member("size")?.count64
        description.contextLength =
            meta?.member("n_ctx_train")?.length ?? entry.member("max_model_len")?.length
        var context = entry.member("max_model_len")?.length
        var capabilities: Set<Capability>?
        if case .llamaServer(let server) = product {
            context = server.context
            description.capabilities.insert(.preview)
            if server.hasVision { description.capabilities.insert(.vision) }
            // Whether it thinks, its template decides.
            capabilities = description.capabilities.union([.thinking])
        }
        // It tells nothing of its models; what it is not told to do, it answers with an inner error.
        if product == .llamaCppPython { capabilities = description.capabilities }
        return Known(
            description: description, served: served, product: product, context: context, isLoaded: true,
            capabilities: capabilities)
    }

    // MARK: LM Studio

    /// LM Studio's own list tells what its OpenAI-compatible one leaves out.
    private func studioModels(_ entries: [Value]) async throws -> [Known] {
        let own = try await connection.ask(connection.root("/api/v0/models"))
        let details = own.value?.member("data")?.list ?? []
        return entries.compactMap { entry in
            guard let served = entry.member("id")?.string, served.isPrintable else { return nil }
            let detail = details.first { $0.member("id")?.string == served }
            let kind = detail?.member("type")?.string
            var capabilities: Set<Capability> = kind == "embeddings" ? [.embedding] : [.chat, .seed]
            if kind == "vlm" { capabilities.insert(.vision) }
            let description = ModelDescription(
                name: connection.settings.known(served), engine: connection.settings.name,
                architecture: detail?.member("arch")?.string, quantization: detail?.member("quantization")?.string,
                contextLength: detail?.member("max_context_length")?.length, store: ServerProduct.lmStudio.title,
                hasChatTemplate: true, capabilities: capabilities)
            return Known(
                description: description, served: served, product: .lmStudio,
                context: detail?.member("loaded_context_length")?.length,
                isLoaded: detail?.member("state")?.string != "not-loaded",
                // Which models think, it does not tell.
                capabilities: kind == nil ? nil : capabilities.union([.thinking]))
        }
    }
}
