import ArgumentParser
import Foundation
import Inference
import LocalNetwork
import ServerEngine

/// Times model calls on a server that answers at once, against the bare exchange of the same bytes.
@main
struct Calls: AsyncParsableCommand {
    @Argument(help: "Where the fault server is, with the fault `good`.")
    var url: String

    @Option(help: "The calls of a round.")
    var calls = 100

    @Option(help: "The rounds, in which both sides take turns.")
    var rounds = 15

    func run() async throws {
        let settings = ServerSettings(name: "bench", url: try ServerURL(url))
        let studio = ServerSettings(name: "bench", url: try ServerURL(url + "/v1"))
        try await compare("Ollama", OllamaEngine(settings), path: "/api/chat")
        try await compare("OpenAI-compatible", OpenAIEngine(studio), path: "/v1/chat/completions")
    }

    private func compare(_ title: String, _ server: any Engine, path: String) async throws {
        let slots = EngineSlots(
            folder: FileManager.default.temporaryDirectory.appending(path: "nightjar-bench-\(UUID().uuidString)"),
            count: 1, label: "bench")
        // As runs have it: with slots and time limits.
        let engine = SlottedEngine(TimedEngine(server, limits: CallLimits()), slots: slots)
        let bare = GuardedHTTP(rule: NetworkRule())
        let body = Array(#"{"model":"owl","messages":[{"role":"user","content":"What is it?"}],"stream":true}"#.utf8)
        let exchange = HTTPRequest(
            "POST", try ServerURL(url + path), headers: [("Content-Type", "application/json")], body: body)
        let request = GenerationRequest(model: "owl", messages: [.user("What is it?")], sampler: .greedy)
        var ours: [Double] = []
        var theirs: [Double] = []
        for _ in 0...rounds {
            ours.append(try await seconds { for try await _ in engine.generate(request) {} })
            theirs.append(try await seconds { _ = try await bare.send(exchange).body.collect(upTo: 1 << 20) })
        }
        let (call, raw) = (median(ours.dropFirst()), median(theirs.dropFirst()))
        print(
            "a call of \(title): \(figure(call)) ms; the bare HTTP exchange: \(figure(raw)) ms; ratio \(figure(call / raw))"
        )
        await engine.shutdown()
        await bare.close()
    }

    private func seconds(_ work: () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock.now
        for _ in 0..<calls { try await work() }
        let time = clock.duration(to: .now).components
        return (Double(time.seconds) + Double(time.attoseconds) / 1e18) / Double(calls) * 1000
    }

    private func median(_ numbers: some Collection<Double>) -> Double { numbers.sorted()[numbers.count / 2] }

    private func figure(_ number: Double) -> String { String(format: "%.2f", number) }
}
