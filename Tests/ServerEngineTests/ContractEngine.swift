import Foundation
import Inference
import LlamaEngine
import LocalNetwork
import Logging
import PythonSupport
import ServerEngine

/// An engine that the contract is tested on: all of them run the same small model.
struct ContractEngine {
    /// A word for the table.
    let name: String
    let engine: any Engine
    /// The model's name there.
    let model = "fledgling"
    /// What keeps the server running.
    private let server: PythonServer?

    static var modelFile: String { Python.repository.appending(path: "models/fledgling.gguf").path }

    private init(_ name: String, _ engine: any Engine, _ server: PythonServer? = nil) {
        self.name = name
        self.engine = engine
        self.server = server
    }

    /// The engine inside the process.
    static func local() -> ContractEngine {
        let folder = URL(filePath: modelFile).deletingLastPathComponent().path
        let engine = LlamaEngine(
            catalog: ModelCatalog(stores: [ModelFolder(folder, label: "project")]),
            digests: ModelDigests(cachePath: nil), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            options: .init(threads: 1))
        return ContractEngine("in process", engine)
    }

    static func ollama() throws -> ContractEngine {
        let server = try PythonServer(named: "ollama_server")
        return ContractEngine("Ollama API", OllamaEngine(try ServerSettings(server.url)), server)
    }

    static func studio() throws -> ContractEngine {
        let server = try PythonServer(named: "lmstudio_server")
        return ContractEngine("LM Studio API", OpenAIEngine(try ServerSettings(server.url + "/v1")), server)
    }

    /// `python -m llama_cpp.server`, or llama-server; `nil` where it is not installed.
    static func real(_ product: String) throws -> ContractEngine? {
        let isThere =
            product == "llama-server"
            ? (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                .contains { FileManager.default.isExecutableFile(atPath: "\($0)/llama-server") }
            : ["llama_cpp", "uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings"]
                .allSatisfy { Python.has($0) }
        guard isThere else { return nil }
        let server = try PythonServer(named: "real_server", [product, modelFile])
        return ContractEngine(product, OpenAIEngine(try ServerSettings(server.url + "/v1")), server)
    }

    func request(
        _ text: String, system: String? = nil, sampler: SamplerSettings = .greedy, maxTokens: Int = 40,
        stop: [String] = [], model: String? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            model: model ?? self.model, messages: (system.map { [.system($0)] } ?? []) + [.user(text)],
            sampler: sampler, maxTokens: maxTokens, stop: stop)
    }

    func answer(_ request: GenerationRequest) async throws -> GenerationResult {
        try await Answer(engine.generate(request)).whole()
    }
}

extension ServerSettings {
    init(_ url: String, token: String? = nil, rule: NetworkRule? = nil) throws {
        self.init(name: "server", url: try ServerURL(url), token: token, rule: rule)
    }
}

/// What a stream gave until it ended.
struct Answer {
    var events: [GenerationEvent] = []
    var streamed = ""
    var reasoning = ""
    var result: GenerationResult?

    init(_ stream: GenerationStream) async throws {
        for try await event in stream {
            events.append(event)
            switch event {
            case .text(let part, _): streamed += part
            case .reasoning(let part, _): reasoning += part
            case .finished(let result): self.result = result
            default: break
            }
        }
    }

    struct NotFinished: Error {}

    func whole() throws -> GenerationResult {
        guard let result else { throw NotFinished() }
        return result
    }
}

/// The error that a call ends with, if it is one of ours.
func engineError(_ body: () async throws -> Void) async -> EngineError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? EngineError
    }
}
