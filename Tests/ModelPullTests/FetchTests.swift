import Foundation
import Jinja
import ModelPull
import PythonSupport
import Testing

/// Fetches from a server that misbehaves for as long as it is asked, without the pauses between attempts.
@Suite(.enabled(if: Python.executable != nil), .timeLimit(.minutes(2)))
struct FetchTests {
    let folder: URL
    let server: PythonServer

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-fetch-\(UUID().uuidString)")
        for path in ["server/hub/owl/nest", "server/ollama/owl", "server/blobs"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: path), withIntermediateDirectories: true)
        }
        server = try PythonServer(named: "registry", [folder.appending(path: "server").path])
        try Self.content.write(to: folder.appending(path: "server/hub/owl/nest/nest-Q8_0.gguf"))
    }

    private static let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })

    private func set(faults: String) throws {
        try Data(faults.utf8).write(to: folder.appending(path: "server/faults.json"))
    }

    private func pull(_ reference: String = "hf:owl/nest") async throws {
        let settings = ModelPull.Settings(
            hub: server.url, hubToken: "hub-token", registry: server.url, registryToken: nil,
            folder: folder.appending(path: "store").path, registryFolder: folder.appending(path: "registry").path,
            memory: nil)
        try await ModelPull(settings, http: PullHTTP(sleep: { _ in })) { _ in }.pull(reference)
    }

    private func requests() throws -> [Value] {
        try String(contentsOf: folder.appending(path: "server/requests.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try Value(json: String($0)) }
    }

    private var fetched: Data? {
        FileManager.default.contents(atPath: folder.appending(path: "store/owl/nest/nest-Q8_0.gguf").path)
    }

    private func failure(_ body: () async throws -> Void) async -> PullFailure? {
        do {
            try await body()
            return nil
        } catch {
            return error as? PullFailure
        }
    }

    @Test func `a server without ranges sends the file once`() async throws {
        try set(faults: #"{"ranges": false}"#)
        try await pull()
        #expect(fetched == Self.content)
        // Those that were asked at the same time find out, and one goes on.
        #expect(try requests().filter { $0["path"]?.string?.hasPrefix("/cdn/") == true }.count <= 5)
    }

    @Test func `what is behind a cut that a server makes each time is given up`() async throws {
        try set(faults: #"{"ranges": false, "cut": 1300000}"#)
        let failure = await failure { try await pull() }
        #expect(failure?.code == .unreachable)
        #expect(fetched == nil)
        try set(faults: "{}")
        try await pull()
        #expect(fetched == Self.content)
    }

    @Test func `a server that sends a little and breaks off is not asked for ever`() async throws {
        try set(faults: #"{"trickle": 10}"#)
        let failure = await failure { try await pull() }
        #expect(failure?.code == .unreachable)
        #expect(try requests().count < 100)
    }

    @Test func `a range that is not the one asked for is refused`() async throws {
        try set(faults: #"{"shift": 1}"#)
        let failure = await failure { try await pull() }
        #expect(failure?.message.contains("another range") == true, "\(failure?.message ?? "")")
        #expect(fetched == nil)
    }

    @Test func `a list goes on at its own server only`() async throws {
        try set(faults: #"{"next": "/api/models/owl/nest/tree/main?page=2"}"#)
        try await pull()
        #expect(fetched == Self.content)
        try FileManager.default.removeItem(at: folder.appending(path: "store"))
        try set(faults: #"{"next": "http://localhost:\#(server.port)/elsewhere"}"#)
        let failure = await failure { try await pull() }
        #expect(failure?.message.contains("goes on at another server") == true, "\(failure?.message ?? "")")
        #expect(try requests().allSatisfy { $0["path"]?.string?.hasPrefix("/elsewhere") != true })
    }

    @Test func `a list without an end is refused`() async throws {
        try set(faults: #"{"next": "/api/models/owl/nest/tree/main", "endless": true}"#)
        let failure = await failure { try await pull() }
        #expect(failure?.message.contains("without an end") == true, "\(failure?.message ?? "")")
    }

    @Test func `a token of the hub is not shown to the registry`() async throws {
        _ = await failure { try await pull("ollama:owl:1b") }
        try await pull()
        for request in try requests() {
            let isHub = request["path"]?.string?.hasPrefix("/v2/") != true
            let isOwn = isHub && request["path"]?.string?.hasPrefix("/cdn/") != true
            #expect(request["authorization"]?.string == (isOwn ? "Bearer hub-token" : nil))
        }
    }
}
