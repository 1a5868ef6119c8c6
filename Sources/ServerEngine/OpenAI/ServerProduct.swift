import Inference
import Jinja
import LocalNetwork
import OrderedCollections

/// Which program speaks OpenAI's protocol: it decides what can be asked of the server beyond the protocol.
enum ServerProduct: Sendable, Hashable {
    case llamaServer(LlamaServer)
    case lmStudio
    case vllm(version: String?)
    /// `python -m llama_cpp.server`.
    case llamaCppPython
    /// Nothing is known of it: it gets the protocol and no more.
    case other

    /// What `/props` of llama-server tells.
    struct LlamaServer: Sendable, Hashable {
        var context: Int?
        var hasVision: Bool
        var build: String?
    }

    var title: String {
        switch self {
        case .llamaServer(let server): "llama-server" + (server.build.map { " \($0)" } ?? "")
        case .lmStudio: "LM Studio"
        case .vllm(let version): "vLLM" + (version.map { " \($0)" } ?? "")
        case .llamaCppPython: "llama-cpp-python"
        case .other: "an OpenAI-compatible server"
        }
    }

    /// Finds out by the places that only one product has; the list of models tells where to look first.
    static func ask(_ connection: ServerConnection, owner: String?) async throws -> ServerProduct {
        switch owner {
        case "vllm": return .vllm(version: try await connection.ask(connection.root("/version")).version)
        case "me": return .llamaCppPython
        default: break
        }
        let props = try await connection.ask(connection.root("/props"))
        // What is loading its model is not known yet.
        if props.status == 503 { throw EngineError(.busy, "\(connection.shown) is still loading its model.") }
        if props.isSuccess, let settings = props.value?.mapping, settings["default_generation_settings"] != nil {
            return .llamaServer(LlamaServer(props: settings))
        }
        let studio = try await connection.ask(connection.root("/api/v0/models"))
        if studio.isSuccess, studio.value?.member("data")?.list != nil { return .lmStudio }
        return .other
    }
}

extension ServerProduct.LlamaServer {
    fileprivate init(props: Mapping) {
        let slot = props["default_generation_settings"]
        context = slot?.member("n_ctx")?.length ?? slot?.member("params")?.member("n_ctx")?.length
        hasVision = props["modalities"]?.member("vision") == .boolean(true)
        build = props["build_info"]?.string
    }
}

extension ServerConnection.Reply {
    fileprivate var version: String? { isSuccess ? value?.member("version")?.string : nil }
}

extension ServerConnection {
    /// A path beside OpenAI's own, which stands behind `/v1`.
    func root(_ path: String) -> String {
        var base = settings.url.path
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        return base + path
    }
}
