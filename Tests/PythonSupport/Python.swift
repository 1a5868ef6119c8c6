package import Foundation

/// The Python that `make test` prepares with jinja2, jsonschema, PyYAML and cronsim; else the system's.
package enum Python {
    /// How a script ended, with what it wrote to standard output.
    package struct Outcome {
        package var status: Int32
        package var output: Data
    }

    /// The repository that the tests belong to.
    package static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Whether Python has a module.
    package static func has(_ module: String) -> Bool {
        let script = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
        guard let executable else { return false }
        let process = Process()
        process.executableURL = executable
        process.arguments = ["-c", script, module]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// `nil` where there is none.
    package static let executable: URL? = {
        let prepared = repository.appending(path: ".deps/python/bin/python3").path
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return ([prepared] + folders.map { "\($0)/python3" })
            .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
    }()

    /// The exit code of our scripts where a module is missing.
    package static let moduleIsMissing: Int32 = 3

    /// Runs a script to its end; `nil` where there is no Python.
    package static func run(_ script: URL, _ arguments: [String] = [], input: Data = Data()) throws -> Outcome? {
        guard let executable else { return nil }
        let file = FileManager.default.temporaryDirectory.appending(path: "nightjar-input-\(UUID().uuidString)")
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = [script.path] + arguments
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: data)
    }
}
