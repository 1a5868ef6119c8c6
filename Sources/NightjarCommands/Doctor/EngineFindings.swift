import Foundation
import Inference
import LocalNetwork
import ServerEngine
import Workflow

/// What `doctor` tells of engines: those of the configuration, and servers that it does not have yet.
struct EngineFindings {
    private let session: Session

    init(_ session: Session) {
        self.session = session
    }

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        for (name, declaration) in session.configuration.engines {
            switch declaration.kind {
            case .local: continue
            case .pool: findings.append(await pool(name, declaration))
            case .ollama, .openai: findings.append(await server(name, declaration))
            }
        }
        return findings + (await others())
    }

    private func server(_ name: String, _ declaration: EngineDeclaration) async -> Finding {
        let subject = "engine \(name)"
        guard let server = session.servers.first(where: { $0.name == name }) else {
            let reason = (session.engines[name] as? UnusableEngine)?.reason.message ?? "it cannot be used"
            return Finding(subject: subject, verdict: .bad, detail: reason)
        }
        do throws(EngineError) {
            let status = try await server.status()
            let elsewhere = status.models.filter { $0.remoteHost != nil }
            var parts = [
                "\(status.product) at \(server.url.server) (\(status.addresses.joined(separator: ", ")), \(Self.place(status.addresses)))",
                status.models.isEmpty ? "no models" : Figures.count(status.models.count, "model"),
            ]
            if !elsewhere.isEmpty {
                let names = elsewhere.map(\.name).joined(separator: ", ")
                parts.append(
                    declaration.allowsRemote
                        ? "\(names) runs elsewhere, as allowed" : "\(names) runs elsewhere and would be refused")
            }
            return Finding(subject: subject, verdict: .good, detail: parts.joined(separator: "; "))
        } catch {
            return Finding(subject: subject, verdict: .bad, detail: error.message, advice: Self.advice(error))
        }
    }

    private static func place(_ addresses: [String]) -> String {
        let found = addresses.compactMap { NetworkPlace($0) }
        return found.contains(.elsewhere)
            ? "outside the local network, as allowed"
            : found.allSatisfy { $0 == .thisMachine } ? "this machine" : "the local network"
    }

    private static func advice(_ error: EngineError) -> String? {
        switch error.code {
        case .unreachable: "start the server, or correct its `url`; runs that name it end with exit code 69"
        case .unauthorized: "give the engine a `token` that names a secret"
        default: nil
        }
    }

    private func pool(_ name: String, _ declaration: EngineDeclaration) async -> Finding {
        let models = (try? await session.engines[name]?.models()) ?? []
        return Finding(
            subject: "engine \(name)", verdict: models.isEmpty ? .bad : .good,
            detail: "a pool of \(declaration.members.joined(separator: ", ")); \(Figures.count(models.count, "model"))",
            advice: models.isEmpty ? "no member can be asked" : nil)
    }

    /// Servers that answer on their usual ports, and are no engines yet.
    private func others() async -> [Finding] {
        let known = Set(session.servers.map { $0.url.server.replacing("localhost", with: "127.0.0.1") })
        let found = await Discovery(session.configuration).servers()
        let new = found.filter { server in !known.contains((try? ServerURL(server.url))?.server ?? server.url) }
        guard !found.isEmpty else {
            return [
                Finding(
                    subject: "servers", verdict: .absent,
                    detail: "no Ollama, LM Studio or llama-server answers on its usual port of this machine")
            ]
        }
        return new.map { server in
            Finding(
                subject: "server", verdict: .good, detail: "\(server.product) answers at \(server.url)",
                advice: "an engine of the configuration: `NAME: { kind: \(server.kind.rawValue), url: \(server.url) }`")
        }
    }
}
