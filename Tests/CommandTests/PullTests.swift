import Foundation
import Jinja
import PythonSupport
import Testing

/// Models fetched from a server that speaks as Hugging Face and Ollama's registry do, and misbehaves on demand.
@Suite(.enabled(if: Python.executable != nil), .timeLimit(.minutes(5)))
struct PullTests {
    let fixture: CommandFixture
    let server: PythonServer

    init() throws {
        fixture = try CommandFixture()
        for folder in ["registry/hub/owl/nest-GGUF", "registry/blobs", "registry/ollama/owl"] {
            try FileManager.default.createDirectory(
                at: fixture.folder.appending(path: folder), withIntermediateDirectories: true)
        }
        server = try PythonServer(named: "registry", [fixture.folder.appending(path: "registry").path])
        try fixture.write(
            """
            downloads: { hub: "\(server.url)", registry: "\(server.url)/", token: hub }
            secrets: { hub: { env: HUB_TOKEN } }
            """, to: "nightjar.yaml")
        try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: file("nest-Q8_0.gguf").path)
    }

    private func file(_ name: String) -> URL { fixture.folder.appending(path: "registry/hub/owl/nest-GGUF/\(name)") }

    private var store: URL { fixture.folder.appending(path: ".data/nightjar/models") }

    private func set(faults: String) throws { try fixture.write(faults, to: "registry/faults.json") }

    private func start(_ arguments: String...) throws -> CommandFixture.Started {
        try fixture.start(arguments, environment: ["HUB_TOKEN": "owl-token"])
    }

    private func pull(_ model: String) throws -> CommandFixture.Outcome {
        try start("models", "pull", model).finish()
    }

    private func requests() throws -> [Value] {
        try fixture.text(of: "registry/requests.jsonl").split(separator: "\n").map { try Value(json: String($0)) }
    }

    private func largeFile() throws -> Data {
        var source = SystemRandomNumberGenerator()
        let words = (0..<5_000_000).map { _ in source.next() as UInt64 }
        let data = words.withUnsafeBytes { Data($0) }
        try data.write(to: file("large-F16.gguf"))
        return data
    }

    @Test func `a model from the hub is fetched, and answers under its names`() throws {
        let outcome = try pull("hf:owl/nest-GGUF:q8_0")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let here = store.appending(path: "owl/nest-GGUF/nest-Q8_0.gguf")
        #expect(try Data(contentsOf: here) == Data(contentsOf: URL(filePath: CommandFixture.model)))
        for name in [
            "local/nest-Q8_0", "hf:owl/nest-GGUF:Q8_0", "hf:owl/nest-GGUF", "local/owl/nest-GGUF", "local/nest",
        ] {
            let answer = try start("prompt", "--model", name, "--max-tokens", "4", "hello").finish()
            #expect(answer.status == 0, "\(name): \(answer.errors)")
        }
        // The token goes to the server that it is for, and not where that one leads.
        for request in try requests() {
            let isElsewhere = request["path"]?.string?.hasPrefix("/cdn/") == true
            #expect(request["authorization"]?.string == (isElsewhere ? nil : "Bearer owl-token"))
        }
        // With what belongs to it.
        for name in ["mmproj-nest-F16.gguf", "nest-Q8_0.gguf.part", "nest-Q8_0.gguf.part.json"] {
            try Data("a".utf8).write(to: here.deletingLastPathComponent().appending(path: name))
        }
        let removed = try start("models", "rm", "nest-Q8_0").finish()
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.deletingLastPathComponent().path).isEmpty)
    }

    @Test func `a fetch that was killed goes on where it was`() throws {
        let data = try largeFile()
        try set(faults: #"{"limit": 12000000}"#)
        let started = try start("models", "pull", "hf:owl/nest-GGUF:F16")
        let part = store.appending(path: "owl/nest-GGUF/large-F16.gguf.part.json")
        try started.wait {
            (try? Value(json: String(contentsOf: part, encoding: .utf8)))?["done"]?.list.map { $0.count >= 6 } ?? false
        }
        let other = try pull("hf:owl/nest-GGUF:F16")
        #expect(other.status == 75, "\(other.errors)")
        #expect(other.errors.contains("Another command is fetching large-F16.gguf"), "\(other.errors)")
        Foundation.kill(started.process.processIdentifier, SIGKILL)
        _ = try? started.finish()
        let here = store.appending(path: "owl/nest-GGUF/large-F16.gguf")
        #expect(!FileManager.default.fileExists(atPath: here.path))
        let before = try requests().count
        try set(faults: "{}")
        let outcome = try pull("hf:owl/nest-GGUF:F16")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try Data(contentsOf: here) == data)
        // Each piece is asked for by its range; those that were here were not asked for again.
        let again = try requests().dropFirst(before).filter { $0["path"]?.string?.hasPrefix("/cdn/") == true }
        #expect(!again.isEmpty && again.count <= 39 - 6)
        let left = try FileManager.default.contentsOfDirectory(atPath: here.deletingLastPathComponent().path)
        #expect(left == ["large-F16.gguf"])
    }

    @Test(arguments: [#"{"cut": 400000}"#, #"{"busy": 3}"#, #"{"ranges": false}"#])
    func `connections that end, a busy server and one without ranges are borne`(_ faults: String) throws {
        try set(faults: faults)
        let outcome = try pull("hf:owl/nest-GGUF:Q8_0")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let here = store.appending(path: "owl/nest-GGUF/nest-Q8_0.gguf")
        #expect(try Data(contentsOf: here) == Data(contentsOf: URL(filePath: CommandFixture.model)))
    }

    @Test func `what arrives damaged is thrown away`() throws {
        try set(faults: #"{"corrupt": true}"#)
        let outcome = try pull("hf:owl/nest-GGUF:Q8_0")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("damaged"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/owl/nest-GGUF").isEmpty)
        try set(faults: "{}")
        #expect(try pull("hf:owl/nest-GGUF:Q8_0").status == 0)
    }

    @Test func `what the disk has no room for is refused before it is fetched`() throws {
        // A file that claims to be larger than any disk, without a byte on this one.
        let handle = try FileHandle(forWritingTo: file("nest-Q8_0.gguf"))
        try handle.truncate(atOffset: 0)
        try handle.close()
        try fixture.write(#"{"size": 16000000000000}"#, to: "registry/faults.json")
        let outcome = try pull("hf:owl/nest-GGUF:Q8_0")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("The disk has"), "\(outcome.errors)")
        #expect(outcome.errors.contains("16.0 TB"), "\(outcome.errors)")
        #expect(try requests().allSatisfy { $0["path"]?.string?.hasPrefix("/api/") == true })
    }

    @Test func `names that lead nowhere are told with what there is`() throws {
        for (name, words) in [
            ("hf:owl/nest-GGUF:Q5_K_M", "there are Q8_0"), ("hf:owl/nobody", "is not there"),
            ("hf:owl", "write hf:ORG/REPO"), ("owl", "does not tell where"), ("ollama:../x", "is no name"),
        ] {
            let outcome = try pull(name)
            #expect(outcome.status == 65, "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
        try set(faults: #"{"token": "another"}"#)
        let outcome = try pull("hf:owl/nest-GGUF")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("wants a token"), "\(outcome.errors)")
    }

    @Test func `without a quantization the usual one is taken, and it is said why`() throws {
        for name in ["nest-Q4_K_M.gguf", "nest-F16.gguf", "mmproj-nest-F16.gguf"] {
            try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: file(name).path)
        }
        let outcome = try pull("hf:owl/nest-GGUF")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("took Q4_K_M, the usual one"), "\(outcome.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: store.path + "/owl/nest-GGUF").sorted()
        #expect(names == ["mmproj-nest-F16.gguf", "nest-Q4_K_M.gguf"])
    }

    @Test func `a model from Ollama's registry is fetched with its layers`() throws {
        let layers = [
            ("model", try Data(contentsOf: URL(filePath: CommandFixture.model))),
            ("params", Data(#"{"stop":["zzz"]}"#.utf8)),
        ]
        var listed: [Value] = []
        for (kind, data) in layers {
            let digest = try sha256(data)
            try data.write(to: fixture.folder.appending(path: "registry/blobs/sha256-\(digest)"))
            listed.append([
                "mediaType": .string("application/vnd.ollama.image.\(kind)"), "digest": .string("sha256:\(digest)"),
                "size": .integer(data.count),
            ])
        }
        try fixture.write(Value(dictionaryLiteral: ("layers", .list(listed))).json(), to: "registry/ollama/owl/1b")
        let outcome = try pull("ollama:owl:1b")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("fetched   local/owl:1b"), "\(outcome.errors)")
        #expect(try requests().allSatisfy { $0["authorization"]?.isNull ?? true })
        let answer = try start("prompt", "--model", "local/owl:1b", "--max-tokens", "4", "hello").finish()
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(try start("models", "rm", "owl:1b").finish().status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/.registry/blobs").isEmpty)
    }

    private func sha256(_ data: Data) throws -> String {
        let file = fixture.folder.appending(path: "to-digest")
        try data.write(to: file)
        let outcome = try #require(
            try Python.run(
                try fixture.write(
                    "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())",
                    to: "digest.py"),
                [file.path]))
        return String(decoding: outcome.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
