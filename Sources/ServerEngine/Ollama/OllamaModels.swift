import Foundation
import Inference
import Jinja
import LocalNetwork
import OrderedCollections
import Synchronization

/// What an Ollama server says of its models, kept for a short time: a thousand calls need not ask a thousand times.
final class OllamaModels: Sendable {
    /// A model as it is in memory.
    struct Loaded: Sendable, Hashable {
        /// The context that it was loaded with; `nil` for servers too old to tell.
        var context: Int?
    }

    private struct Known {
        var description: ModelDescription
        var at: ContinuousClock.Instant
    }

    private struct State {
        var described: [String: Known] = [:]
        var version: String?
        /// When a model was last seen in memory, by its name, and with which context.
        var loaded: [String: (loaded: Loaded, at: ContinuousClock.Instant)] = [:]
    }

    private static let shelfLife = Duration.seconds(60)
    /// A model that is in use stays in memory for minutes; someone else may have it changed.
    private static let loadedLife = Duration.seconds(15)

    private let connection: ServerConnection
    private let state = Mutex(State())

    init(connection: ServerConnection) {
        self.connection = connection
    }

    private func path(_ path: String) -> String { path.behind(connection.settings.url) }

    func all() async throws -> [ModelDescription] {
        let reply = try await connection.demand(path("/api/tags"))
        guard let entries = reply.member("models")?.list else {
            throw connection.broken("the list of models is none")
        }
        return entries.compactMap { entry in
            guard let served = entry.member("name")?.string ?? entry.member("model")?.string, served.isPrintable else {
                return nil
            }
            return description(served, entry)
        }
    }

    private func description(_ served: String, _ entry: Value) -> ModelDescription {
        let details = entry.member("details")
        let told = entry.member("capabilities")?.list?.compactMap(\.string) ?? ["completion"]
        return ModelDescription(
            name: connection.settings.known(Self.shown(served)), engine: connection.settings.name,
            architecture: details?.member("family")?.string,
            parameters: details?.member("parameter_size")?.string.flatMap(Self.amount),
            quantization: details?.member("quantization_level")?.string,
            contextLength: details?.member("context_length")?.length, bytes: entry.member("size")?.count64,
            store: "Ollama", digest: entry.member("digest")?.string.map(Self.digest), hasChatTemplate: true,
            capabilities: Self.capabilities(told), remoteHost: Self.remoteHost(entry))
    }

    /// The model of a name, with what only a closer look tells.
    ///
    /// - Throws: ``EngineError`` with code `model_not_found`, or `refused` for a model that runs elsewhere.
    func describe(_ name: String) async throws -> ModelDescription {
        let now = ContinuousClock.now
        if let known = state.withLock({ $0.described[name] }), known.at.duration(to: now) < Self.shelfLife {
            return known.description
        }
        let served = connection.settings.served(name)
        let all = try await all()
        guard let listed = all.first(where: { Self.isSame(connection.settings.served($0.name), served) }) else {
            throw notFound(name, among: all)
        }
        let shown = try await connection.demand(path("/api/show"), ["model": .string(served)])
        var found = listed
        found.name = name
        found.remoteHost = listed.remoteHost ?? Self.remoteHost(shown)
        if let host = found.remoteHost, !connection.settings.allowsRemote {
            throw EngineError(
                .refused,
                "\(found.reference) runs at \(host), outside the local network; set `allow_remote: true` on the engine in the configuration if prompts may leave your network."
            )
        }
        if let told = shown.member("capabilities")?.list?.compactMap(\.string) {
            found.capabilities = Self.capabilities(told)
        }
        let info = shown.member("model_info")?.mapping ?? [:]
        found.architecture = info["general.architecture"]?.string ?? found.architecture
        found.parameters = info["general.parameter_count"]?.count64 ?? found.parameters
        if let architecture = found.architecture, let length = info["\(architecture).context_length"]?.length {
            found.contextLength = length
        }
        let known = Known(description: found, at: now)
        state.withLock { $0.described[name] = known }
        return found
    }

    private func notFound(_ name: String, among all: [ModelDescription]) -> EngineError {
        let names = all.map(\.name)
        let hint =
            nearest(name, among: names).map { "did you mean `\($0)`?" }
            ?? (names.isEmpty ? "it has none." : "it has \(names.prefix(8).joined(separator: ", ")).")
        return EngineError(
            .modelNotFound,
            "There is no model `\(name)` on \(connection.shown); \(hint) `ollama pull \(connection.settings.served(name))` brings it there."
        )
    }

    /// Whether the counts of evaluated tokens leave out what was cached: a fault of the versions 0.30.
    func countsAreWhole() async throws -> Bool {
        let known = state.withLock { $0.version }
        let version =
            if let known {
                known
            } else {
                try await connection.ask(path("/api/version")).value?.member("version")?.string ?? ""
            }
        state.withLock { $0.version = version }
        return !version.hasPrefix("0.30.")
    }

    // MARK: Models in memory

    /// How a model is in memory; `nil` where it is not.
    func loaded(_ served: String) async throws -> Loaded? {
        let now = ContinuousClock.now
        if let known = state.withLock({ $0.loaded[served] }), known.at.duration(to: now) < Self.loadedLife {
            return known.loaded
        }
        return try await lookLoaded(served)
    }

    /// The same, asked anew.
    func lookLoaded(_ served: String) async throws -> Loaded? {
        let reply = try await connection.ask(path("/api/ps"))
        // Very old servers have no such list: what is not known is taken for loaded.
        guard reply.isSuccess, let entries = reply.value?.member("models")?.list else { return Loaded(context: nil) }
        let entry = entries.first { entry in
            [entry.member("name")?.string, entry.member("model")?.string].contains { name in
                name.map { Self.isSame($0, served) } ?? false
            }
        }
        let loaded = entry.map { Loaded(context: $0.member("context_length")?.length) }
        noteLoaded(served, loaded)
        return loaded
    }

    /// What a call has just seen.
    func noteLoaded(_ served: String, _ loaded: Loaded?) {
        state.withLock { $0.loaded[served] = loaded.map { ($0, .now) } }
    }

    // MARK: Reading

    /// `fledgling` is `fledgling:latest`.
    static func isSame(_ one: String, _ other: String) -> Bool { tagged(one) == tagged(other) }

    /// The name as people write it: the tag of the latest version is left out.
    private static func shown(_ name: String) -> String {
        name.hasSuffix(":latest") ? String(name.dropLast(":latest".count)) : name
    }

    private static func tagged(_ name: String) -> String {
        let name = name.lowercased()
        let last = name.split(separator: "/").last ?? ""
        return last.contains(":") ? name : name + ":latest"
    }

    private static func digest(_ text: String) -> String { text.hasPrefix("sha256:") ? text : "sha256:\(text)" }

    private static func remoteHost(_ entry: Value) -> String? {
        entry.member("remote_host")?.string.flatMap { $0.isEmpty ? nil : $0 }
            ?? entry.member("remote_model")?.string.flatMap { $0.isEmpty ? nil : "a server that it does not name" }
    }

    /// `4.3B`, `270M`.
    private static func amount(_ text: String) -> Int? {
        let units: [Character: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()),
            (0..<1e7).contains(number)
        else { return nil }
        return Int(number * unit)
    }

    private static func capabilities(_ told: [String]) -> Set<Capability> {
        var found: Set<Capability> = []
        if told.contains("completion") { found.formUnion([.chat, .seed]) }
        if told.contains("vision") || told.contains("image") { found.insert(.vision) }
        if told.contains("thinking") { found.insert(.thinking) }
        if told.contains("embedding") { found.insert(.embedding) }
        return found
    }
}
