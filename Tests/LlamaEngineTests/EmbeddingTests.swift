import Foundation
import Inference
import Jinja
import LlamaEngine
import PythonSupport
import Testing

/// Texts as vectors.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(5)))
struct EmbeddingTests {
    private static let texts =
        ["The app crashes.", "Where is my invoice?", "I was charged twice for one order.", "a", "Thank you! 😀 é"]
        + (1...30).map { "Ticket \($0): " + String(repeating: "the app is slow. ", count: $0) }

    private static let script = """
        import json, sys
        try:
            import llama_cpp
        except ImportError:
            sys.exit(3)
        # The same layout of weights on both sides, since each rounds in its own way.
        defaults = llama_cpp.llama_model_default_params
        def changed():
            parameters = defaults()
            try:
                has_matrix_unit = "amx_tile" in open("/proc/cpuinfo").read()
            except OSError:
                has_matrix_unit = False
            if has_matrix_unit:
                parameters.use_extra_bufts = False
            return parameters
        llama_cpp.llama_cpp.llama_model_default_params = changed
        model = llama_cpp.Llama(
            sys.argv[1], embedding=True, pooling_type=llama_cpp.LLAMA_POOLING_TYPE_MEAN, n_ctx=1024, n_batch=1024,
            n_ubatch=1024, verbose=False)
        json.dump([model.embed(text, normalize=True) for text in json.load(sys.stdin)], sys.stdout)
        """

    @Test func `vectors are those of llama-cpp-python`() async throws {
        try await Fixture.with { fixture in
            let made = try await fixture.engine.embed(Self.texts, model: "fledgling")
            #expect(made.vectors.count == Self.texts.count)
            #expect(made.model.digest != nil)
            #expect(made.promptTokens > 100)
            for vector in made.vectors {
                #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
            }
            let script = fixture.folder.appending(path: "embed.py")
            try Data(Self.script.utf8).write(to: script)
            let input = Value.list(Self.texts.map { .string($0) }).json()
            guard let outcome = try Python.run(script, [Fixture.model.path], input: Data(input.utf8)),
                outcome.status == 0
            else {
                print("skipped: llama-cpp-python is not here")
                return
            }
            let expected = try Value(json: outcome.output).list ?? []
            #expect(expected.count == Self.texts.count)
            for (vector, other) in zip(made.vectors, expected) {
                let other = other.list?.compactMap(\.number) ?? []
                #expect(vector.count == other.count)
                #expect(zip(vector, other).allSatisfy { abs($0 - $1) < 1e-4 })
            }
        }
    }

    @Test func `what nobody waits for any more ends, and the model is let go of`() async throws {
        try await Fixture.with(.init(threads: 1, unloadAfter: .milliseconds(1))) { fixture in
            // Would take minutes.
            let texts = [String](repeating: String(repeating: "many words ", count: 200), count: 20_000)
            let engine = fixture.engine
            let task = Task { try await engine.embed(texts, model: "fledgling") }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            let error = await engineError { _ = try await task.value }
            #expect(error != nil)
            for _ in 0..<3 {
                #expect(try await engine.embed(["a"], model: "fledgling").vectors.count == 1)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test func `what cannot be embedded is refused, and the engine goes on`() async throws {
        try await Fixture.with { fixture in
            let long = String(repeating: "many words ", count: 2000)
            let tooLong = await engineError { _ = try await fixture.engine.embed(["a", long], model: "fledgling") }
            #expect(tooLong?.code == .promptTooLong)
            let empty = await engineError { _ = try await fixture.engine.embed([""], model: "fledgling") }
            #expect(empty?.code == .invalidRequest)
            let missing = await engineError { _ = try await fixture.engine.embed(["a"], model: "fledgeling") }
            #expect(missing?.code == .modelNotFound)
            let none = try await fixture.engine.embed([], model: "fledgling")
            #expect(none.vectors.isEmpty)
            // Shorter, then longer than there was room for.
            for count in [1, 300, 20] {
                let text = String(repeating: "word ", count: count)
                let made = try await fixture.engine.embed([text], model: "fledgling")
                #expect(made.vectors.count == 1)
            }
            let answer = try await Answer(fixture.engine.generate(request()))
            #expect(answer.result != nil)
        }
    }
}
