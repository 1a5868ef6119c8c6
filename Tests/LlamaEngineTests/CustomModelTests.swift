import Foundation
import Inference
import LlamaEngine
import SeededRandom
import SmallGGUF
import Testing

/// Models with adapters and templates of one's own.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(5)))
struct CustomModelTests {
    /// A LoRA adapter of random numbers for one layer of fledgling.
    private static func adapter(architecture: String = "llama", seed: UInt64 = 5) throws -> Data {
        let metadata = try GGUFMetadata.read(Fixture.model.path)
        let weight = try #require(metadata.tensors.first { $0.name == "blk.0.attn_q.weight" })
        let rank: UInt64 = 4
        var file = SmallGGUF()
        file.entries = [
            ("general.architecture", .text(architecture)), ("general.type", .text("adapter")),
            ("adapter.type", .text("lora")), ("adapter.lora.alpha", .decimal(Float(rank))),
        ]
        file.tensors = [
            ("\(weight.name).lora_a", [UInt64(weight.shape[0]), rank], 0),
            ("\(weight.name).lora_b", [rank, UInt64(weight.shape[1])], 0),
        ]
        var source = SplitMix64(seed: seed)
        var values = Data()
        for _ in 0..<file.tensors.reduce(0, { $0 + $1.1.reduce(1, *) }) {
            values.append(Float.random(in: -1...1, using: &source).bitPattern)
        }
        file.tensorData = values
        return file.data()
    }

    @Test func `an adapter changes the answers by its scale`() async throws {
        try await Fixture.with { fixture in
            try Self.adapter().write(to: fixture.folder.appending(path: "lora.gguf"))
            let path = fixture.folder.appending(path: "lora.gguf").path
            func answer(_ adapters: [ModelAdapter]) async throws -> GenerationResult {
                var asked = request(maxTokens: 16)
                asked.adapters = adapters
                let result = try #require(try await Answer(fixture.engine.generate(asked)).result)
                #expect(try await fixture.engine.identity(for: asked) == result.model)
                return result
            }
            func text(_ adapters: [ModelAdapter]) async throws -> String? { try await answer(adapters).text }
            let plain = try await text([])
            let none = try await text([ModelAdapter(path: path, scale: 0)])
            let strong = try await text([ModelAdapter(path: path, scale: 3)])
            let again = try await text([])
            #expect(plain == none)
            #expect(plain == again)
            #expect(plain != strong)
            // Trained again, under the same name.
            let before = try await answer([ModelAdapter(path: path, scale: 3)])
            try Self.adapter(seed: 6).write(to: fixture.folder.appending(path: "lora.gguf"))
            let after = try await answer([ModelAdapter(path: path, scale: 3)])
            #expect(before.text == strong && after.text != strong)
            #expect(before.model.digest != after.model.digest)
            // A relative path begins where those of models do; a folder for them was not set here.
            let missing = await engineError { _ = try await text([ModelAdapter(path: "/nowhere/lora.gguf")]) }
            #expect(missing?.code == .modelNotFound)
        }
    }

    @Test func `a model of Ollama's has its adapters`() async throws {
        try await Fixture.with { fixture in
            let store = OllamaStore(fixture.folder.appending(path: "ollama").path)
            let blobs: [(kind: String, digest: String)] = [("model", "a"), ("adapter", "b")].map { kind, digit in
                (kind, "sha256:" + String(repeating: digit, count: 64))
            }
            let manifests = ["plain": blobs.prefix(1), "tuned": blobs[...]]
            for (tag, layers) in manifests {
                let file = URL(filePath: store.manifest(namespace: "library", model: "owl", tag: tag))
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                let listed = layers.map { kind, digest in
                    #"{"mediaType": "application/vnd.ollama.image.\#(kind)", "digest": "\#(digest)", "size": 1}"#
                }
                try Data(#"{"layers": [\#(listed.joined(separator: ","))]}"#.utf8).write(to: file)
            }
            let files = blobs.map { URL(filePath: store.blob($0.digest)) }
            try FileManager.default.createDirectory(
                at: files[0].deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: files[0], withDestinationURL: Fixture.model)
            try Self.adapter().write(to: files[1])
            let engine = LlamaEngine(
                catalog: ModelCatalog(stores: [store]), digests: ModelDigests(cachePath: nil), logger: Fixture.quiet,
                options: .init(threads: 1))
            var results: [GenerationResult?] = []
            for tag in ["plain", "tuned"] {
                results.append(
                    try await Answer(engine.generate(request(model: "owl:\(tag)", maxTokens: 16))).result)
            }
            #expect(results[0]?.model.digest == blobs[0].digest)
            #expect(results[1]?.model.digest != blobs[0].digest)
            #expect(results[0]?.text != results[1]?.text)
            await engine.shutdown()
        }
    }

    @Test func `a model in several files has a digest of all of them`() async throws {
        try await Fixture.with { fixture in
            let hub = fixture.folder.appending(path: "hub/models--owl--nest")
            let snapshot = hub.appending(path: "snapshots/a")
            for folder in [snapshot, hub.appending(path: "blobs")] {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            var part = SmallGGUF()
            part.entries.append(("split.count", .number(2)))
            var own: [String] = []
            for number in 1...2 {
                part.entries.append(("part.\(number)", .number(1)))
                let blob = hub.appending(path: "blobs/" + String(repeating: "\(number)", count: 64))
                try part.data().write(to: blob)
                own.append("sha256:\(blob.lastPathComponent)")
                try FileManager.default.createSymbolicLink(
                    at: snapshot.appending(path: "nest-0000\(number)-of-00002.gguf"), withDestinationURL: blob)
            }
            let digests = ModelDigests(cachePath: nil)
            let engine = LlamaEngine(
                catalog: ModelCatalog(stores: [HubCache(hub.deletingLastPathComponent().path, label: "hub")]),
                digests: digests, logger: Fixture.quiet)
            #expect(try await engine.describe("nest").digest == nil)
            let files = (1...2).map { snapshot.appending(path: "nest-0000\($0)-of-00002.gguf").path }
            let all = try digests.digest(ofParts: files)
            #expect(try await engine.describe("nest").digest == all)
            #expect(!own.contains(all))
            await engine.shutdown()
        }
    }

    @Test func `what is no adapter for the model is refused`() async throws {
        try await Fixture.with { fixture in
            try Self.adapter(architecture: "gemma3").write(to: fixture.folder.appending(path: "other.gguf"))
            for path in [fixture.folder.appending(path: "other.gguf").path, Fixture.model.path] {
                var asked = request()
                asked.adapters = [ModelAdapter(path: path)]
                let error = await engineError { _ = try await Answer(fixture.engine.generate(asked)) }
                #expect(error?.code == .modelUnsupported)
                #expect(error?.message.contains("is no LoRA adapter") == true)
            }
        }
    }

    @Test func `a template of one's own takes the place of the model's`() async throws {
        try await Fixture.with { fixture in
            let file = fixture.folder.appending(path: "own.jinja")
            try Data("{% for m in messages %}[{{ m.role }}] {{ m.content }} {% endfor %}=>".utf8).write(to: file)
            var asked = request("Hi", maxTokens: 2)
            asked.chatTemplate = file.path
            #expect(try await fixture.engine.preview(asked).text.hasSuffix("[user] Hi =>"))
            let answer = try await Answer(fixture.engine.generate(asked))
            #expect(answer.result?.renderedPrompt?.hasSuffix("[user] Hi =>") == true)
            asked.chatTemplate = "/nowhere/own.jinja"
            let error = await engineError { _ = try await fixture.engine.preview(asked) }
            #expect(error?.message.contains("/nowhere/own.jinja") == true)
        }
    }
}
