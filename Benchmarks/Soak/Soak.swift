import ArgumentParser
import EngineSoak
import Foundation
import Inference
import LlamaEngine
import Logging

/// Mixed requests in number to the engine inside the process: none may be lost, none stuck, and memory must not grow.
@main
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "engine-soak")

    @Argument(help: "The model's file.")
    var model: String

    @Option(help: "How many requests.")
    var requests = 2000

    @Option(help: "How many at once.")
    var together = 24

    @Option(help: "The threads that compute.")
    var threads = 1

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory
        let engine = LlamaEngine(
            catalog: ModelCatalog(stores: []),
            digests: ModelDigests(cachePath: folder.appending(path: "nightjar-soak-digests.json").path),
            logger: Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() },
            options: .init(threads: threads, parallel: 16))
        var soak = EngineSoak(engine, model: model, seed: 11)
        var counts: [EngineSoak.Kind: Int] = [:]
        var wrong = 0
        var done = 0
        await soak.run(requests, together: together) { outcome in
            done += 1
            counts[outcome.kind, default: 0] += 1
            if let problem = outcome.problem {
                wrong += 1
                print("\(outcome.kind): \(problem)")
            }
            if done % max(1, requests / 10) == 0 {
                print("\(done) ended, \(residentMegabytes().map { "\($0) MB" } ?? "memory unknown")")
            }
        }
        await engine.shutdown()
        let kinds = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
        print("\(done) of \(requests) ended (\(kinds.joined(separator: ", "))), \(wrong) not as they should")
        if wrong > 0 || done != requests { throw ExitCode.failure }
    }

    private func residentMegabytes() -> Int? {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 }
    }
}
