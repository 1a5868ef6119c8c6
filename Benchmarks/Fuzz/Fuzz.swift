import ArgumentParser
import Foundation
import Synchronization

/// Feeds changed workflows, templates and expressions to their readers: whatever comes, nothing crashes and nothing
/// takes longer than a second.
///
/// Every input follows from the seed and its number, so what was found can be looked at again with `--only`.
@main
struct Fuzz: AsyncParsableCommand {
    @Option(help: "How many inputs are made.")
    var inputs = 1_000_000

    @Option(help: "Where the random numbers start.")
    var seed: UInt64 = 2026

    @Option(help: "After so many seconds it ends, whatever is left.")
    var seconds = 1500

    @Option(help: "Makes this one input, and shows it.")
    var only: Int?

    @Option(help: "The file that holds the numbers of the inputs at hand, to be read after a crash.")
    var trace: String?

    private static let slowest = 1.0

    func run() async throws {
        let seeds = try Seeds(repository: URL(filePath: FileManager.default.currentDirectoryPath))
        if let only {
            let input = FuzzInput(number: only, seed: seed, seeds: seeds)
            print(input.text)
            fflush(nil)
            input.read()
            return
        }
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let trace = try trace.map { try Trace(path: $0, workers: workers) }
        let began = ContinuousClock.now
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask { work(worker, of: workers, seeds, trace, tally, began) }
            }
        }
        let result = tally.result
        let elapsed = began.duration(to: .now).components.seconds
        print(
            "\(result.inputs) inputs in \(elapsed) s: no crash, \(result.slow.count) over \(Self.slowest) s, "
                + "the slowest took \((result.slowest * 1000).rounded()) ms")
        guard result.slow.isEmpty else {
            print("slow: " + result.slow.map { "--seed \(seed) --only \($0)" }.joined(separator: "; "))
            throw ExitCode(1)
        }
        guard result.inputs == inputs else {
            print("the time was over before all \(inputs) were made")
            throw ExitCode(1)
        }
    }

    private func work(
        _ worker: Int, of workers: Int, _ seeds: Seeds, _ trace: Trace?, _ tally: Tally,
        _ began: ContinuousClock.Instant
    ) {
        for number in stride(from: worker, to: inputs, by: workers) {
            if began.duration(to: .now) > .seconds(seconds) { return }
            let input = FuzzInput(number: number, seed: seed, seeds: seeds)
            trace?.note(number, worker: worker)
            let start = ContinuousClock.now
            input.read()
            let took = start.duration(to: .now).components
            tally.note(number, Double(took.seconds) + Double(took.attoseconds) / 1e18, slowest: Self.slowest)
        }
    }
}

/// What all workers have seen together.
private final class Tally: Sendable {
    struct Result: Sendable {
        var inputs = 0
        var slowest = 0.0
        var slow: [Int] = []
    }

    private let state = Mutex(Result())

    var result: Result { state.withLock { $0 } }

    func note(_ number: Int, _ seconds: Double, slowest limit: Double) {
        state.withLock { state in
            state.inputs += 1
            state.slowest = max(state.slowest, seconds)
            if seconds > limit { state.slow.append(number) }
        }
    }
}

/// The numbers of the inputs at hand, in a file that outlives a crash.
private final class Trace: Sendable {
    private static let width = 12
    private let descriptor: Int32

    init(path: String, workers: Int) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw ValidationError("the file \(path) cannot be written") }
    }

    func note(_ number: Int, worker: Int) {
        let digits = String(number)
        let line = digits + String(repeating: " ", count: Self.width - 1 - digits.count) + "\n"
        _ = pwrite(descriptor, line, Self.width, off_t(worker * Self.width))
    }
}
