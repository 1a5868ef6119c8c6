import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A program that a step runs, with everything that it starts.
///
/// It has a session of its own, so that all of its processes can be ended together: when it ends itself, when its time
/// is over, when it writes too much, when the run is interrupted. SIGPIPE must be ignored in our own process, since a
/// program may end before it has read its input.
struct ChildProcess: Sendable {
    /// What a program gave.
    struct Outcome: Sendable {
        var exitCode: Int
        var output: [UInt8]
        var errors: [UInt8]
    }

    /// A program that wrote more than it may.
    private struct TooMuchOutput: Error {}

    /// How long processes have to end by themselves after SIGTERM. Short, since an interrupted run ends within a second.
    private static let grace = Duration.milliseconds(400)

    var program: String
    var arguments: [String]
    var environment: [String: String]
    var folder: URL
    var input: String
    /// For standard output and standard error each, in bytes.
    var largestOutput: Int

    /// - Throws: ``StepFailure`` where the program cannot be started or writes too much.
    func run() async throws -> Outcome {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
        let configuration = Configuration(
            executable: program.contains("/") ? .path(FilePath(absoluteProgram)) : .name(program),
            arguments: Arguments(arguments), environment: .custom(keyed(environment)),
            workingDirectory: FilePath(folder.path), platformOptions: options)
        let limit = largestOutput
        let input = Array(input.utf8)
        do {
            let group = ProcessGroup()
            defer { group.end() }
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                group.note(execution.processIdentifier.value)
                return try await withThrowingTaskGroup(of: Stream.self) { streams in
                    streams.addTask {
                        // A program that does not read its input to the end is no failure.
                        if !input.isEmpty { _ = try? await execution.standardInputWriter.write(input) }
                        try? await execution.standardInputWriter.finish()
                        return .input
                    }
                    streams.addTask { .output(try await Self.collect(execution.standardOutput, limit)) }
                    streams.addTask { .errors(try await Self.collect(execution.standardError, limit)) }
                    var outcome = Outcome(exitCode: 0, output: [], errors: [])
                    for try await stream in streams {
                        switch stream {
                        case .input: break
                        case .output(let bytes): outcome.output = bytes
                        case .errors(let bytes): outcome.errors = bytes
                        }
                    }
                    return outcome
                }
            }
            try Task.checkCancellation()
            var outcome = result.closureResult
            switch result.terminationStatus {
            case .exited(let code): outcome.exitCode = Int(code)
            // As shells tell it.
            case .signaled(let signal): outcome.exitCode = 128 + Int(signal)
            }
            return outcome
        } catch is TooMuchOutput {
            throw StepFailure(
                .outputTooLarge, "\(program) wrote more than \(limit) bytes: raise `max_bytes` if that is meant")
        } catch let error as SubprocessError {
            throw failure(error)
        }
    }

    private enum Stream: Sendable {
        case input
        case output([UInt8])
        case errors([UInt8])
    }

    private static func collect(_ stream: SubprocessOutputSequence, _ limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in stream {
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
            guard bytes.count <= limit else { throw TooMuchOutput() }
        }
        return bytes
    }

    private var absoluteProgram: String {
        URL(filePath: program, relativeTo: URL(filePath: folder.path, directoryHint: .isDirectory))
            .standardizedFileURL.path
    }

    private func keyed(_ environment: [String: String]) -> [Environment.Key: String] {
        Dictionary(
            environment.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { _, new in new })
    }

    private func failure(_ error: SubprocessError) -> StepFailure {
        switch error.code {
        case .executableNotFound:
            StepFailure(.badValue, "there is no program `\(program)` that can be run: install it, or give its path")
        case .failedToChangeWorkingDirectory:
            StepFailure(.badValue, "`cwd` is no folder: \(folder.path)")
        default: StepFailure(.commandFailed, "\(program) could not be run: \(error)")
        }
    }
}

/// The processes of a session; ended with it whatever they do.
///
/// `@unchecked Sendable`: written once, before anything reads it.
private final class ProcessGroup: @unchecked Sendable {
    private var leader: pid_t?

    func note(_ leader: pid_t) {
        self.leader = leader
        RunningPrograms.add(leader)
    }

    /// What was left in the background is ended too.
    func end() {
        guard let leader, leader > 1 else { return }
        kill(-leader, SIGKILL)
        RunningPrograms.remove(leader)
    }
}
