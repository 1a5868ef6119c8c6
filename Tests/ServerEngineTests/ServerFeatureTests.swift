import Crypto
import Foundation
import Inference
import Jinja
import LocalNetwork
import OrderedCollections
import PythonSupport
import ServerEngine
import Testing

/// What only some servers and models can do.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Python.has("llama_cpp"), "llama_cpp is not installed"))
struct ServerFeatureTests {
    private let ollama: PythonServer
    private let studio: PythonServer
    private let engines: [any Engine]

    init() throws {
        ollama = try PythonServer(named: "ollama_server")
        studio = try PythonServer(named: "lmstudio_server")
        engines = [
            OllamaEngine(try ServerSettings(ollama.url)), OpenAIEngine(try ServerSettings(studio.url + "/v1")),
        ]
    }

    private func request(_ model: String, context: Int? = nil) -> GenerationRequest {
        GenerationRequest(
            model: model, messages: [.user("Orders: 120. Returns: 4.")], sampler: .greedy, maxTokens: 30,
            context: context)
    }

    private func status(_ server: PythonServer, _ key: String) throws -> Value? {
        try Value(json: Array(try server.ask("/_status"))).mapping?[key]
    }

    @Test func whatAModelThinksIsToldApartFromItsAnswer() async throws {
        for engine in engines {
            let answer = try await Answer(engine.generate(request("thinker")))
            let result = try answer.whole()
            #expect(result.reasoning == "Let me think." && answer.reasoning == result.reasoning, "\(result.reasoning)")
            #expect(!result.text.isEmpty && !result.text.contains("think"))
        }
        var quiet = request("thinker")
        quiet.thinking = .off
        #expect(try await Answer(engines[0].generate(quiet)).whole().reasoning.isEmpty)
    }

    @Test func aModelThatSeesGetsThePictures() async throws {
        let data = Data([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 1, 2, 3])
        let digest = SHA256.hash(data: data).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        for engine in engines {
            var request = request("seer")
            request.messages[0].images = [ImageAttachment(name: "owl.png", data: data)].compactMap(\.self)
            let text = try await Answer(engine.generate(request)).whole().text
            #expect(text.contains(digest), "\(text)")
        }
    }

    @Test func embeddingsComeInTheOrderOfTheTexts() async throws {
        for (engine, model) in zip(engines, ["fledgling", "text-embedding-hash"]) {
            let both = try await engine.embed(["one", "two"], model: model).vectors
            let two = try await engine.embed(["two"], model: model).vectors
            #expect(both.count == 2 && both[1] == two[0] && both[0] != both[1])
            let length = both[0].reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-6)
        }
    }

    @Test func theDigestAndTheContextOfAnOllamaModelAreTold() async throws {
        let result = try await Answer(engines[0].generate(request("fledgling", context: 512))).whole()
        let file = try Data(contentsOf: URL(filePath: ContractEngine.modelFile))
        let digest = SHA256.hash(data: file).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(result.model == ModelIdentity(reference: "server/fledgling", digest: "sha256:\(digest)"))
        #expect(result.context == 512)
        let body = try status(ollama, "last_body")
        #expect(body?.mapping?["truncate"] == false)
        #expect(body?.mapping?["options"]?.mapping?["num_predict"] == 30)
    }

    @Test func aPromptThatDoesNotFitIsRefusedBeforeItIsSent() async throws {
        let before = try status(ollama, "requests")
        var long = request("fledgling", context: 256)
        long.messages = [.user(Array(repeating: "word", count: 600).joined(separator: " "))]
        let error = await engineError { _ = try await Answer(engines[0].generate(long)) }
        #expect(error?.code == .promptTooLong)
        #expect(try status(ollama, "requests") == before)
    }

    @Test func aModelIsLoadedBeforeItIsAsked() async throws {
        _ = try ollama.ask("/_control", #"{"load_delay": 0.3}"#)
        let answer = try await Answer(engines[0].generate(request("fledgling")))
        #expect(answer.events.first == .loading(progress: 0))
        #expect(try answer.whole().timings.load >= .milliseconds(200))
        let again = try await Answer(engines[0].generate(request("fledgling")))
        #expect(again.events.first == .evaluating)
    }

    @Test func aServerOfManyModelsIsToldWhichNameIsMeant() async throws {
        let settings = ServerSettings(
            name: "studio", url: try ServerURL(studio.url + "/v1"), modelNames: ["small": "fledgling"])
        let engine = OpenAIEngine(settings)
        #expect(try await engine.models().map(\.name).contains("small"))
        let result = try await Answer(engine.generate(request("small"))).whole()
        #expect(result.model.reference == "studio/small")
        #expect(try status(studio, "last_body")?.mapping?["model"] == "fledgling")
    }

    @Test func anAddressWithoutItsEndIsNamed() async throws {
        let engine = OpenAIEngine(try ServerSettings(studio.url))
        let error = await engineError { _ = try await engine.models() }
        #expect(
            error?.code == .invalidRequest && error?.message.contains("ends in `/v1`") == true,
            "\(error?.message ?? "")")
    }
}
