import Foundation
import Inference
import LocalNetwork
import ServerEngine
import Workflow

/// Looks for model servers on their usual ports: on this machine, and on hosts that the configuration names already.
/// Nothing else is scanned.
struct Discovery {
    /// A server that answers.
    struct Found: Sendable {
        var product: String
        var kind: EngineDeclaration.Kind
        var url: String
        /// Those that can be asked, and stay on the network.
        var models: [String]
    }

    private struct Usual {
        var kind: EngineDeclaration.Kind
        var port: Int
        var path: String
    }

    // llama-server had port 8080 before its version 0.7.
    private static let usual = [
        Usual(kind: .ollama, port: 11434, path: ""), Usual(kind: .openai, port: 1234, path: "/v1"),
        Usual(kind: .openai, port: 9931, path: "/v1"), Usual(kind: .openai, port: 8080, path: "/v1"),
    ]

    /// A host that drops what is sent to it must not hold anyone up for long.
    private static let patience = Duration.seconds(3)

    let hosts: [String]

    init(_ configuration: Configuration) {
        let named = configuration.engines.compactMap { $0.value.url.flatMap { try? ServerURL($0) }?.host }
        hosts = (["127.0.0.1"] + named.filter { $0 != "localhost" }).reduce(into: []) { hosts, host in
            if !hosts.contains(host) { hosts.append(host) }
        }
    }

    /// The servers that answer, in the order of hosts and ports.
    func servers() async -> [Found] {
        await withTaskGroup(of: (Int, Found?).self) { group in
            let places = hosts.flatMap { host in Self.usual.map { (host, $0) } }
            for (index, (host, usual)) in places.enumerated() {
                group.addTask { (index, await Self.look(host, usual)) }
            }
            var found: [(Int, Found)] = []
            for await (index, server) in group {
                if let server { found.append((index, server)) }
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func look(_ host: String, _ usual: Usual) async -> Found? {
        let shown = host.contains(":") ? "[\(host)]" : host
        guard let url = try? ServerURL("http://\(shown):\(usual.port)\(usual.path)") else { return nil }
        let settings = ServerSettings(name: "discovery", url: url)
        let server: any ServerEngine = usual.kind == .ollama ? OllamaEngine(settings) : OpenAIEngine(settings)
        let status = await withTaskGroup(of: ServerStatus?.self) { group in
            group.addTask { try? await server.status() }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        await server.shutdown()
        return status.map {
            Found(
                product: $0.product, kind: usual.kind, url: url.description,
                models: $0.models.filter { $0.capabilities.contains(.chat) && $0.remoteHost == nil }.map(\.name))
        }
    }
}
