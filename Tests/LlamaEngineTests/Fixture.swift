import Foundation
import Inference
import LlamaEngine
import Logging

/// A folder of its own for a test, with the demonstration model in it.
struct Fixture {
    let folder: URL
    let engine: LlamaEngine

    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    static var model: URL { repository.appending(path: "models/fledgling.gguf") }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static var hasModel: Bool { FileManager.default.fileExists(atPath: model.path) }

    /// Runs a test with an engine that is shut down afterwards.
    static func with(
        _ options: LlamaEngine.Options = .init(threads: 1), logger: Logger? = nil,
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "fledgling.gguf"), withDestinationURL: model)
        let fixture = Fixture(
            folder: folder,
            engine: LlamaEngine(
                catalog: ModelCatalog(stores: [ModelFolder(folder.path, label: "project")]),
                digests: ModelDigests(cachePath: folder.appending(path: "digests.json").path),
                logger: logger ?? quiet, options: options))
        do {
            try await body(fixture)
        } catch {
            await fixture.engine.shutdown()
            throw error
        }
        await fixture.engine.shutdown()
    }

    /// Makes a damaged or changed copy of the model under another name.
    func variant(_ name: String, _ change: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: Self.model)
        change(&data)
        try data.write(to: folder.appending(path: "\(name).gguf"))
    }
}

/// What a stream gave until it ended.
struct Answer {
    var events: [GenerationEvent] = []
    var streamed = ""
    var result: GenerationResult?

    init(_ stream: GenerationStream) async throws {
        for try await event in stream {
            events.append(event)
            if case .text(let part, _) = event { streamed += part }
            if case .finished(let result) = event { self.result = result }
        }
    }
}

func request(
    _ text: String = "Write a short status report.", model: String = "fledgling",
    sampler: SamplerSettings = .greedy, maxTokens: Int = 24, stop: [String] = [], context: Int? = nil
) -> GenerationRequest {
    GenerationRequest(
        model: model, messages: [.user(text)], sampler: sampler, maxTokens: maxTokens, stop: stop, context: context)
}

/// The error that a call throws, if it is one of ours.
func engineError(_ body: () async throws -> Void) async -> EngineError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? EngineError
    }
}
