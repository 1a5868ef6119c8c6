import Foundation
import Inference
import Jinja
import LocalNetwork
import Runner
import ServerEngine
import Workflow

/// The engines of a configuration, ready to be asked.
struct ConfiguredEngines {
    /// All of them by their names, as runs use them: with slots and time limits.
    private(set) var all: [String: any Engine] = [:]
    /// The servers among them, as `doctor` asks them: at once.
    private(set) var servers: [any ServerEngine] = []

    private let configuration: Configuration
    private let places: Places
    /// What this process does, for those who wait for it.
    private let purpose: String
    private var slots: [String: EngineSlots] = [:]

    /// - Throws: ``CommandFailure`` where the configuration names what is not there.
    init(_ configuration: Configuration, local: any Engine, places: Places, purpose: String) throws {
        self.configuration = configuration
        self.places = places
        self.purpose = purpose
        let own = configuration.engines.first { $0.key == local.name }?.value
        add(local, own ?? EngineDeclaration(), key: local.name, isInside: true)
        for (name, declaration) in configuration.engines where ![.pool, .local].contains(declaration.kind) {
            try addServer(name, declaration)
        }
        for (name, declaration) in configuration.engines where declaration.kind == .pool {
            try addPool(name, declaration)
        }
    }

    private mutating func add(
        _ engine: any Engine, _ declaration: EngineDeclaration, key: String, isInside: Bool = false
    ) {
        let limits = CallLimits().changed(by: declaration.limits.map { CallLimits.Changes($0) })
        // The engine inside answers many at once by itself, and two processes with models only slow each other.
        let slots = EngineSlots(
            folder: places.slots.appending(path: SlotFolder.name(for: key)),
            count: isInside ? 1 : declaration.parallel ?? 1, shares: isInside ? .max : 1, label: purpose)
        self.slots[engine.name] = slots
        all[engine.name] = SlottedEngine(TimedEngine(engine, limits: limits), slots: slots)
    }

    private mutating func addServer(_ name: String, _ declaration: EngineDeclaration) throws {
        let url = try Self.url(declaration.url ?? "", as: "url", of: name)
        var settings = ServerSettings(
            name: name, url: url, allowsRemote: declaration.allowsRemote,
            authorities: declaration.authorities.map { HomeFolder.expand($0, ProcessInfo.processInfo.environment) },
            proxy: try declaration.proxy.map { try Self.url($0, as: "proxy", of: name) },
            modelNames: Dictionary(declaration.modelNames.map { ($0.key, $0.value) }) { first, _ in first })
        if let secret = declaration.token {
            switch try token(secret, of: name) {
            case .success(let token): settings.token = token
            case .failure(let reason):
                // Whoever does not use the engine need not have its token.
                all[name] = UnusableEngine(name: name, reason: reason)
                return
            }
        }
        let server: any ServerEngine = declaration.kind == .ollama ? OllamaEngine(settings) : OpenAIEngine(settings)
        servers.append(server)
        add(server, declaration, key: url.server)
    }

    private static func url(_ text: String, as key: String, of engine: String) throws -> ServerURL {
        do throws(ServerURL.Mistake) {
            return try ServerURL(text)
        } catch {
            throw CommandFailure(
                .invalid, "the `\(key)` of the engine `\(engine)` in the configuration: \(error.message)")
        }
    }

    private func token(_ secret: String, of engine: String) throws -> Result<String, EngineError> {
        guard let source = configuration.secrets.first(where: { $0.key == secret })?.value else {
            throw CommandFailure(
                .invalid,
                "the `token` of the engine `\(engine)` names the secret `\(secret)`, which the configuration has not under `secrets`: a token itself does not stand in the configuration"
            )
        }
        return Result { () throws(Secret.Failure) in try Secret(secret, source).value() }
            .mapError { EngineError(.unauthorized, $0.message) }
    }

    private mutating func addPool(_ name: String, _ declaration: EngineDeclaration) throws {
        let members = try declaration.members.map { member -> PoolEngine.Member in
            guard let engine = all[member], !(engine is PoolEngine) else {
                let near = nearest(member, among: all.keys.sorted())
                throw CommandFailure(
                    .invalid,
                    "the pool `\(name)` has a member `\(member)`, which is no engine of the configuration"
                        + (near.map { "; did you mean `\($0)`?" } ?? ""))
            }
            let parallel = configuration.engines.first { $0.key == member }?.value.parallel ?? 1
            let slots = slots[member]
            return PoolEngine.Member(
                engine: engine, parallel: parallel, others: { slots?.occupancy().others ?? 0 })
        }
        all[name] = PoolEngine(name: name, members: members)
    }
}

/// An engine that cannot be used as it is configured; whoever asks it is told why.
struct UnusableEngine: Engine {
    let name: String
    let reason: EngineError

    func models() async throws(EngineError) -> [ModelDescription] { throw reason }
    func describe(_ model: String) async throws(EngineError) -> ModelDescription { throw reason }
    func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview { throw reason }
    func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] { throw reason }
    func generate(_ request: GenerationRequest) -> GenerationStream { .made { _ in throw reason } }
    func shutdown() async {}
}
