import Foundation
import Jinja
import Testing

/// The models that other programs have fetched: found by the names that people know, and run from where they lie.
@Suite struct StoreTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    private func place(at path: String) throws {
        let file = fixture.home.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: file.path)
    }

    private func digest() throws -> String {
        let outcome = try fixture.run("prompt", "--model", CommandFixture.model, "--max-tokens", "1", "a")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let shown = try fixture.run("models", "show", CommandFixture.model, "--json")
        return try #require(try Value(json: shown.output)["digest"]?.string)
    }

    private func placeAll(digest: String) throws {
        let hex = String(digest.dropFirst("sha256:".count))
        // Ollama: a manifest and blobs.
        try place(at: ".ollama/models/blobs/sha256-\(hex)")
        for name in ["library/owl/4b", "library/heron/latest", "someone/finch/1b"] {
            let manifest = fixture.home.appending(path: ".ollama/models/manifests/registry.ollama.ai/\(name)")
            try FileManager.default.createDirectory(
                at: manifest.deletingLastPathComponent(), withIntermediateDirectories: true)
            let layer = #"{"mediaType":"application/vnd.ollama.image.model","digest":"\#(digest)","size":1}"#
            try Data(#"{"schemaVersion":2,"layers":[\#(layer)]}"#.utf8).write(to: manifest)
        }
        // A cloud model has no weights here.
        let cloud = fixture.home.appending(path: ".ollama/models/manifests/registry.ollama.ai/library/giant/cloud")
        try FileManager.default.createDirectory(
            at: cloud.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(#"{"layers":[]}"#.utf8).write(to: cloud)
        // LM Studio.
        try place(at: ".lmstudio/models/publisher/wren-GGUF/wren-Q8_0.gguf")
        // The hub's cache: links to blobs that are named by their digests.
        let repository = ".cache/huggingface/hub/models--org--robin-GGUF"
        try place(at: "\(repository)/blobs/\(hex)")
        let snapshot = fixture.home.appending(path: "\(repository)/snapshots/0123abc")
        try FileManager.default.createDirectory(at: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: snapshot.appending(path: "robin-Q4_K_M.gguf").path, withDestinationPath: "../../blobs/\(hex)")
        // llama.cpp's old cache.
        try place(at: ".cache/llama.cpp/org_tern-GGUF_tern-1b-Q4_0.gguf")
    }

    @Test func `models of all stores are listed, run under their names, and have one digest`() throws {
        let digest = try digest()
        try placeAll(digest: digest)
        let listed = try Value(json: try fixture.run("models", "--json").output).list ?? []
        let stores = Dictionary(
            listed.compactMap { model in
                model["model"]?.string.flatMap { name in model["store"]?.string.map { (name, $0) } }
            }, uniquingKeysWith: { $1 })
        let expected = [
            "local/owl:4b": "ollama", "local/heron:latest": "ollama", "local/someone/finch:1b": "ollama",
            "local/wren-Q8_0": "lmstudio", "local/robin-Q4_K_M": "huggingface",
            "local/org_tern-GGUF_tern-1b-Q4_0": "llama.cpp",
        ]
        for (name, store) in expected { #expect(stores[name] == store, "\(name)") }
        #expect(stores["local/giant:cloud"] == nil)
        let names = [
            "local/owl:4b", "local/owl", "local/heron", "local/someone/finch", "local/wren-q8_0", "local/wren",
            "local/publisher/wren-GGUF", "local/robin-q4_k_m", "hf:org/robin-GGUF:Q4_K_M", "hf:org/robin-GGUF",
            "local/tern-1b-Q4_0", "local/tern-1b",
        ]
        for name in names {
            try fixture.write(
                "version: 1\nsteps: [{ id: ask, model: '\(name)', prompt: { user: hello, max_tokens: 2, allow_truncated: true } }]\n",
                to: "ask.yaml")
            let outcome = try fixture.run("run", "ask.yaml")
            #expect(outcome.status == 0, "\(name): \(outcome.errors)")
            let calls = try fixture.run("runs", "show", "--calls", "--json")
            let call = try Value(json: calls.output)["calls"]?.list?.first
            #expect(call?["digest"]?.string == digest, "\(name)")
        }
        let path = try fixture.run("models", "path", "owl:4b").output
        #expect(path.contains(".ollama/models/blobs/sha256-"))
    }

    @Test func `a name that may be several models' is refused with the candidates`() throws {
        for file in ["models/owl-1b-Q8_0.gguf", "models/owl-4b-Q4_K_M.gguf"] {
            let place = fixture.folder.appending(path: file)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            // Not the same file: one has a byte more.
            try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: place.path)
        }
        let outcome = try fixture.run("prompt", "--model", "local/owl", "hello")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("owl-1b-Q8_0 (project), owl-4b-Q4_K_M (project)"), "\(outcome.errors)")
        let near = try fixture.run("prompt", "--model", "local/owl-1b-q8_1", "hello")
        #expect(near.errors.contains("did you mean owl-1b-Q8_0?"), "\(near.errors)")
    }

    @Test func `what other programs have fetched is not removed`() throws {
        try place(at: ".lmstudio/models/publisher/wren-GGUF/wren-Q8_0.gguf")
        let outcome = try fixture.run("models", "rm", "wren-Q8_0")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("is not Nightjar's"), "\(outcome.errors)")
        #expect(
            FileManager.default.fileExists(
                atPath: fixture.home.appending(path: ".lmstudio/models/publisher/wren-GGUF/wren-Q8_0.gguf").path))
    }
}
