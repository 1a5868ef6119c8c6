import Foundation
import Inference
import LlamaEngine
import PythonSupport
import Testing

/// Pictures in prompts, with a projector of random weights: what it makes the model say has no sense, but differs.
@Suite(.enabled(if: Fixture.hasModel && Python.executable != nil), .timeLimit(.minutes(5)))
struct PictureTests {
    private static let script = Fixture.repository.appending(path: "Tests/LlamaEngineTests/Pictures/make.py")

    /// Runs a test with a model that sees, unless this libllama came without libmtmd.
    private static func with(_ body: (Fixture) async throws -> Void) async throws {
        try await Fixture.with { fixture in
            let metadata = try GGUFMetadata.read(Fixture.model.path)
            let width = try #require(metadata.embeddingLength)
            let made = try Python.run(script, [fixture.folder.path, "\(width)"])
            #expect(made?.status == 0)
            guard try await fixture.engine.describe("fledgling").capabilities.contains(.vision) else {
                print("skipped: libmtmd is not here")
                return
            }
            try await body(fixture)
        }
    }

    private static func request(_ text: String, _ pictures: [String], in fixture: Fixture) throws -> GenerationRequest {
        let images = try pictures.map { name in
            let data = try Data(contentsOf: fixture.folder.appending(path: name))
            return try #require(ImageAttachment(name: name, data: data))
        }
        return GenerationRequest(
            model: "fledgling", messages: [.user(text, images: images)], sampler: .greedy, maxTokens: 12)
    }

    private static func result(_ request: GenerationRequest, _ fixture: Fixture) async throws -> GenerationResult {
        try #require(try await Answer(fixture.engine.generate(request)).result)
    }

    @Test func `a picture takes its place in the prompt and changes the answer`() async throws {
        try await Self.with { fixture in
            let plain = try await Self.result(try Self.request("What is it?", [], in: fixture), fixture)
            let red = try await Self.result(try Self.request("What is it?", ["red.png"], in: fixture), fixture)
            let striped = try await Self.result(try Self.request("What is it?", ["stripes.png"], in: fixture), fixture)
            let both = try await Self.result(
                try Self.request("What is it?", ["red.png", "stripes.png"], in: fixture), fixture)
            // Four tokens, and the texts that this kind of model has around a picture.
            #expect(red.promptTokens >= plain.promptTokens + 4)
            #expect(striped.promptTokens == red.promptTokens)
            #expect(both.promptTokens > red.promptTokens)
            #expect(Set([plain.text, red.text, striped.text]).count == 3)
            #expect(red.renderedPrompt?.contains("[red.png]\nWhat is it?") == true)
            // The same picture again, with others at work: nothing of the other one is left.
            async let other = Self.result(try Self.request("Something else.", [], in: fixture), fixture)
            let again = try await Self.result(try Self.request("What is it?", ["red.png"], in: fixture), fixture)
            _ = try await other
            #expect(again.text == red.text)
        }
    }

    @Test func `answers about pictures are held to a form`() async throws {
        try await Self.with { fixture in
            var asked = try Self.request("What is it?", ["red.png"], in: fixture)
            asked.choices = ["a bird", "a fish"]
            let held = try await Self.result(asked, fixture)
            #expect(asked.choices.contains(held.text))
        }
    }

    @Test func `what cannot be seen is refused`() async throws {
        try await Self.with { fixture in
            try Data([0x89, 0x50, 0x4E, 0x47, 1, 2, 3]).write(to: fixture.folder.appending(path: "broken.png"))
            let broken = await engineError {
                _ = try await Self.result(try Self.request("What?", ["broken.png"], in: fixture), fixture)
            }
            #expect(broken?.message.contains("broken.png cannot be read") == true)
            // Another model in the folder, without a projector of its own name.
            try fixture.variant("blind") { _ in }
            var asked = try Self.request("What?", ["red.png"], in: fixture)
            asked.model = "blind"
            let blind = await engineError { _ = try await Self.result(asked, fixture) }
            #expect(blind?.message.contains("sees no pictures") == true)
            // A projector that is none.
            try Data(contentsOf: Fixture.model).write(to: fixture.folder.appending(path: "mmproj-blind.gguf"))
            let wrong = await engineError { _ = try await Self.result(asked, fixture) }
            #expect(wrong?.message.isEmpty == false)
            #expect(try await Self.result(try Self.request("a", [], in: fixture), fixture).text.isEmpty == false)
        }
    }
}
