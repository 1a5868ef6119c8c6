import Foundation
import Inference
import LlamaEngine
import SeededRandom
import Testing

/// Models with adapters and templates of one's own.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(5)))
struct CustomModelTests {
    /// A LoRA adapter of random numbers for one layer of fledgling.
    private static func adapter(architecture: String = "llama") throws -> Data {
        let metadata = try GGUFMetadata.read(Fixture.model.path)
        let weight = try #require(metadata.tensors.first { $0.name == "blk.0.attn_q.weight" })
        let rank = 4
        let tensors: [(name: String, shape: [Int])] = [
            ("\(weight.name).lora_a", [weight.shape[0], rank]), ("\(weight.name).lora_b", [rank, weight.shape[1]]),
        ]
        var data = Data("GGUF".utf8)
        func add(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
        }
        func add(_ text: String) {
            add(UInt64(text.utf8.count))
            data.append(contentsOf: text.utf8)
        }
        add(UInt32(3))
        add(UInt64(tensors.count))
        add(UInt64(4))
        for (key, text) in [
            ("general.architecture", architecture), ("general.type", "adapter"), ("adapter.type", "lora"),
        ] {
            add(key)
            add(UInt32(8))
            add(text)
        }
        add("adapter.lora.alpha")
        add(UInt32(6))
        add(Float(rank).bitPattern)
        var offset = 0
        for (name, shape) in tensors {
            add(name)
            add(UInt32(shape.count))
            for length in shape { add(UInt64(length)) }
            add(UInt32(0))
            add(UInt64(offset))
            offset += shape.reduce(4, *)
        }
        data.append(Data(count: (32 - data.count % 32) % 32))
        var source = SplitMix64(seed: 5)
        for _ in 0..<offset / 4 { add(Float.random(in: -1...1, using: &source).bitPattern) }
        return data
    }

    @Test func `an adapter changes the answers by its scale`() async throws {
        try await Fixture.with { fixture in
            try Self.adapter().write(to: fixture.folder.appending(path: "lora.gguf"))
            let path = fixture.folder.appending(path: "lora.gguf").path
            func text(_ adapters: [ModelAdapter]) async throws -> String? {
                var asked = request(maxTokens: 16)
                asked.adapters = adapters
                return try await Answer(fixture.engine.generate(asked)).result?.text
            }
            let plain = try await text([])
            let none = try await text([ModelAdapter(path: path, scale: 0)])
            let strong = try await text([ModelAdapter(path: path, scale: 3)])
            let again = try await text([])
            #expect(plain == none)
            #expect(plain == again)
            #expect(plain != strong)
            // A relative path begins where those of models do; a folder for them was not set here.
            let missing = await engineError { _ = try await text([ModelAdapter(path: "/nowhere/lora.gguf")]) }
            #expect(missing?.code == .modelNotFound)
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
