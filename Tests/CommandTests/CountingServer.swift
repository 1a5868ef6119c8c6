import Foundation
import Jinja
import PythonSupport

/// A model server that writes down what it is asked, for a fixture's project, in which it is the engine `counter`.
struct CountingServer {
    private let server: PythonServer
    private let log: URL

    /// - Parameter delay: before each answer, in seconds.
    init(for fixture: CommandFixture, delay: Double = 0, parallel: Int = 2, configuration: String = "") throws {
        log = fixture.folder.appending(path: "calls.jsonl")
        server = try PythonServer(named: "counting_server", ["--log", log.path, "--delay", "\(delay)"])
        try fixture.write(
            "engines:\n  counter: { kind: openai, url: \(server.url)/v1, parallel: \(parallel) }\n\(configuration)",
            to: "nightjar.yaml")
    }

    /// The questions so far, in the order in which they came.
    var asked: [String] {
        get throws {
            try String(contentsOf: log, encoding: .utf8).split(separator: "\n").compactMap { line in
                let entry = try Value(json: String(line))
                return entry["event"] == "asked" ? entry["user"]?.string : nil
            }
        }
    }
}
