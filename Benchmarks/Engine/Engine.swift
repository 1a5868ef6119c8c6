import ArgumentParser
import Foundation
import Inference
import Jinja
import LlamaEngine
import Logging

/// Does the work of a file with the engine inside the process, all of it asked for at once, and prints what it took as a
/// line of JSON. `Benchmarks/engine.py` writes the file and knows what it means.
@main
struct EngineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "engine-bench")

    @Argument(help: "The file with the work.")
    var work: String

    @Option(help: "How many requests are asked for at once; all if not given.")
    var together: Int?

    @Option(help: "How many the engine answers side by side.")
    var parallel: Int?

    @Option(help: "What the cache keeps its numbers in: f16, q8_0 or q4_0.")
    var cacheType: CacheType = .f16

    @Flag(inversion: .prefixedNo, help: "Whether to guess what comes next.")
    var drafts = true

    @Flag(help: "Whether each request is to be reproducible.")
    var reproducible = false

    func run() async throws {
        let work = try Value(json: String(decoding: Data(contentsOf: URL(filePath: work)), as: UTF8.self))
        let model = work["model"]?.string ?? ""
        let folder = FileManager.default.temporaryDirectory
        let engine = LlamaEngine(
            catalog: ModelCatalog(stores: []),
            digests: ModelDigests(cachePath: folder.appending(path: "nightjar-bench-digests.json").path),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            options: .init(
                threads: work["threads"]?.integer, parallel: parallel, cacheType: cacheType, makesDrafts: drafts))
        let context = work["context"]?.integer
        if let first = work["warm_up"] {
            for try await _ in engine.generate(request(first, model, context)) {}
        }
        let requests = (work["requests"]?.list ?? []).map { request($0, model, context) }
        let callsBefore = engine.counters.decodeCalls
        let began = ContinuousClock.now
        let results = try await answers(requests, engine)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        await engine.shutdown()
        let sum = { (count: (GenerationResult) -> Int) in Value.integer(results.reduce(0) { $0 + count($1) }) }
        let line: Value = [
            "seconds": .number(seconds), "decode_calls": .integer(engine.counters.decodeCalls - callsBefore),
            "prompt_tokens": sum(\.promptTokens), "generated_tokens": sum(\.generatedTokens),
            "evaluated_tokens": sum { $0.work?.promptTokens ?? 0 }, "steps": sum { $0.work?.steps ?? 0 },
            "drafted": sum { $0.work?.drafted ?? 0 }, "accepted": sum { $0.work?.accepted ?? 0 },
            "forced": sum { $0.work?.forced ?? 0 }, "texts": .list(results.map { .string($0.text) }),
        ]
        print(line.json(.compact))
    }

    private func request(_ value: Value, _ model: String, _ context: Int?) -> GenerationRequest {
        let system = value["system"]?.string.map { [ChatMessage.system($0)] } ?? []
        var request = GenerationRequest(
            model: model, messages: system + [.user(value["user"]?.string ?? "")],
            sampler: .greedy, maxTokens: value["max_tokens"]?.integer ?? 48, context: context,
            schema: value["schema"])
        if let temperature = value["temperature"]?.number, temperature > 0 {
            request.sampler = SamplerSettings(temperature: temperature, topK: nil, topP: nil, minP: nil, seed: 1)
        }
        request.isReproducible = reproducible
        return request
    }

    private func answers(_ requests: [GenerationRequest], _ engine: LlamaEngine) async throws -> [GenerationResult] {
        try await withThrowingTaskGroup(of: (Int, GenerationResult?).self) { group in
            var results = [GenerationResult?](repeating: nil, count: requests.count)
            var waiting = Array(requests.enumerated())[...]
            let begin = { (group: inout ThrowingTaskGroup<(Int, GenerationResult?), any Error>) in
                guard let (index, request) = waiting.popFirst() else { return }
                group.addTask {
                    for try await event in engine.generate(request) {
                        if case .finished(let result) = event { return (index, result) }
                    }
                    return (index, nil)
                }
            }
            for _ in 0..<(together ?? requests.count) { begin(&group) }
            while let (index, result) = try await group.next() {
                results[index] = result
                begin(&group)
            }
            return results.compactMap(\.self)
        }
    }
}

extension CacheType: ExpressibleByArgument {}
