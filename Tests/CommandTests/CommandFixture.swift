import Foundation
import Jinja

/// A folder of its own for one test, with a record of its own, in which the built program is run.
final class CommandFixture {
    /// What a run of the program gave.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        /// The lines of standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-test-\(UUID().uuidString)")
            .resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The repository that these tests belong to.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The program that was built with the tests, beside them.
    static let program: URL = {
        let beside = URL(filePath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "nightjar")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return repository.appending(path: ".build/debug/nightjar")
    }()

    static let model = repository.appending(path: "models/fledgling.gguf").path

    /// The home folder of the program.
    var home: URL { folder.appending(path: ".home") }

    @discardableResult
    func write(_ text: String, to path: String) throws -> URL {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }

    func text(of path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    /// Runs the program to its end.
    func run(_ arguments: String..., input: String = "", in place: URL? = nil) throws -> Outcome {
        let started = try start(arguments, input: input, in: place)
        return try started.finish()
    }

    /// Starts the program. What it writes goes to files, which no reader has to empty.
    ///
    /// - Parameter limit: what it may use of the machine, as the shell's `ulimit` takes it.
    func start(
        _ arguments: [String], input: String = "", in place: URL? = nil, environment: [String: String] = [:],
        limit: String? = nil
    ) throws -> Started {
        let outputs = folder.appending(path: ".outputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: outputs, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        if let limit {
            process.executableURL = URL(filePath: "/bin/sh")
            let script = "ulimit \(limit); exec \"$@\""
            process.arguments = ["-c", script, "sh", Self.program.path] + arguments
        }
        process.currentDirectoryURL = place ?? folder
        // What the developer has of other programs' models is none of a test's business.
        let elsewhere = [
            "OLLAMA_MODELS", "LLAMA_CACHE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME",
        ]
        let inherited = ProcessInfo.processInfo.environment.filter { !elsewhere.contains($0.key) }
        process.environment = inherited.merging([
            "HOME": home.path, "NIGHTJAR_HOME": folder.appending(path: ".state").path,
            "XDG_CONFIG_HOME": folder.appending(path: ".config").path,
            "XDG_DATA_HOME": folder.appending(path: ".data").path,
        ]) { _, new in new }.merging(environment) { _, new in new }
        let inputFile = outputs.appending(path: "input")
        try Data(input.utf8).write(to: inputFile)
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try Self.writer(outputs.appending(path: "output"))
        process.standardError = try Self.writer(outputs.appending(path: "errors"))
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        return Started(process: process, ended: ended, outputs: outputs)
    }

    private static func writer(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    /// Whether a process has ended; nobody may have asked about it yet.
    static func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 else { return true }
        return (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? false
    }

    /// The program did not end, or did not do what a test waited for.
    struct TimedOut: Error, CustomStringConvertible {
        var description: String
    }

    /// The program while it runs.
    struct Started {
        /// Far longer than anything here takes, even on a busy machine: what is still running then hangs.
        private static let patience = 300.0

        let process: Process
        let ended: DispatchSemaphore
        let outputs: URL

        var errorsSoFar: String {
            (try? String(contentsOf: outputs.appending(path: "errors"), encoding: .utf8)) ?? ""
        }

        var outputSoFar: String {
            (try? String(contentsOf: outputs.appending(path: "output"), encoding: .utf8)) ?? ""
        }

        /// Waits until the output holds a text, or the program has ended.
        func waitForOutput(_ text: String) throws {
            try wait { outputSoFar.contains(text) || !process.isRunning }
        }

        /// Waits until something outside is so.
        func wait(until isSo: () -> Bool) throws {
            let deadline = Date.now.addingTimeInterval(Self.patience)
            while !isSo() {
                guard Date.now < deadline else { throw timedOut() }
                Thread.sleep(forTimeInterval: 0.02)
            }
        }

        func finish() throws -> Outcome {
            guard ended.wait(timeout: .now() + Self.patience) == .success else { throw timedOut() }
            return Outcome(status: process.terminationStatus, output: outputSoFar, errors: errorsSoFar)
        }

        /// Ends the program, so that it does not outlive the tests.
        private func timedOut() -> TimedOut {
            kill(process.processIdentifier, SIGKILL)
            let command = (process.arguments ?? []).joined(separator: " ")
            return TimedOut(
                description: "nightjar \(command) did not end within \(Self.patience) s; it wrote:\n\(errorsSoFar)")
        }
    }
}

extension CommandFixture.Outcome {
    /// Standard output as one JSON value.
    var json: Value {
        get throws { try Value(json: output) }
    }

    /// The last line of standard output as JSON.
    var lastEvent: Value {
        get throws { try Value(json: lines.last ?? "") }
    }
}
