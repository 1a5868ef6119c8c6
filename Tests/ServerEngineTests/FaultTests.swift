import Foundation
import Inference
import Jinja
import LocalNetwork
import OrderedCollections
import PythonSupport
import ServerEngine
import Testing

/// Servers that are broken, slow or not what they seem: each fault ends as stated, and leaves nothing behind.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: Python.executable != nil, "python3 is not installed"))
struct FaultTests {
    private static let server = Result { try PythonServer(named: "fault_server") }

    private static let goodAnswer = #"{"category":"bug"} Grüße 🦉"#
    private static let token = "tok-4f9a2c"

    @Test(arguments: FaultCase.all)
    func aFaultEndsAsStatedAndLeavesNothingBehind(fault: FaultCase) async throws {
        let server = try Self.server.get()
        for api in fault.apis {
            let name = "\(fault.fault)~\(api.rawValue)"
            try await SlotsFolder.with { slots in
                let engine = try Self.engine(server.url, name, api, slots)
                let first = await Self.end(of: engine, fault)
                #expect(Self.matches(first, fault.ending), "\(api): \(first)")
                if case .failure(let error) = first {
                    if let sentence = fault.sentence { #expect(error.message.contains(sentence), "\(error)") }
                    #expect(!error.message.contains(Self.token))
                    #expect(error.message.contains("server"))
                }
                if let then = fault.then {
                    let second = await Self.end(of: engine, fault)
                    #expect(Self.matches(second, then), "\(api), the second time: \(second)")
                }
                let occupancy = slots.occupancy()
                #expect(occupancy.running == 0 && occupancy.waiting == 0)
                await engine.shutdown()
            }
            try await Self.waitUntilNoConnection(server, name)
        }
    }

    @Test func aServerThatIsNotThereIsUnreachable() async throws {
        let gone = try PythonServer(named: "fault_server")
        let url = gone.url
        gone.kill()
        for engine: any Engine in [
            OllamaEngine(try ServerSettings(url)), OpenAIEngine(try ServerSettings(url + "/v1")),
        ] {
            let error = await engineError { _ = try await Answer(engine.generate(Self.request())) }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("is the server running?") == true)
            #expect(error?.isPassing == true)
            await engine.shutdown()
        }
    }

    @Test func aServerThatTakesTheConnectionAndNeverAnswersIsGivenUp() async throws {
        let script = """
            import socket, sys
            listener = socket.create_server(("127.0.0.1", 0))
            print(listener.getsockname()[1], flush=True)
            sys.stdin.read()
            """
        let silent = try PythonServer(["-c", script])
        for kind in FaultCase.API.allCases {
            let settings = ServerSettings(
                name: "server", url: try ServerURL(silent.url + (kind == .openai ? "/v1" : "")),
                patience: .milliseconds(200))
            let engine: any Engine = kind == .openai ? OpenAIEngine(settings) : OllamaEngine(settings)
            let error = await engineError { _ = try await Answer(engine.generate(Self.request())) }
            #expect(error?.code == .timedOut, "\(error?.message ?? "")")
            await engine.shutdown()
        }
    }

    @Test func aProxyIsUsedOnlyWhereItIsConfigured() async throws {
        let script = """
            import socket, sys, threading
            listener = socket.create_server(("127.0.0.1", 0))
            print(listener.getsockname()[1], flush=True)
            def pump(one, other):
                while data := one.recv(65536):
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)
            def serve():
                while True:
                    client, _ = listener.accept()
                    head = b""
                    while b"\\r\\n\\r\\n" not in head:
                        head += client.recv(65536)
                    host, port = head.split()[1].decode().rsplit(":", 1)
                    server = socket.create_connection((host, int(port)))
                    client.sendall(b"HTTP/1.1 200 Connected\\r\\n\\r\\n")
                    threading.Thread(target=pump, args=(server, client), daemon=True).start()
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()
            threading.Thread(target=serve, daemon=True).start()
            sys.stdin.read()
            """
        let server = try Self.server.get()
        let proxy = try PythonServer(["-c", script])
        var settings = try ServerSettings("\(server.url)/good~proxy")
        settings.proxy = try ServerURL(proxy.url)
        let engine = OllamaEngine(settings)
        #expect(try await Answer(engine.generate(Self.request())).whole().text == Self.goodAnswer)
        await engine.shutdown()
        // Without the proxy that it is told to use, it asks nobody.
        proxy.kill()
        let alone = OllamaEngine(settings)
        let error = await engineError { _ = try await Answer(alone.generate(Self.request())) }
        #expect(error?.code == .unreachable, "\(error?.message ?? "")")
        await alone.shutdown()
        settings.proxy = try ServerURL("http://93.184.215.14:3128")
        let remote = OllamaEngine(settings)
        let refusal = await engineError { _ = try await Answer(remote.generate(Self.request())) }
        #expect(refusal?.code == .refused)
        await remote.shutdown()
    }

    @Test func whatAServerAsksForIsTold() async throws {
        let server = try Self.server.get()
        for (fault, least, most) in [("429-retry-after", 1, 1), ("429-retry-date", 0, 3), ("429-long", 86_400, 86_400)]
        {
            let engine = OllamaEngine(try ServerSettings("\(server.url)/\(fault)~asked"))
            let error = await engineError { _ = try await Answer(engine.generate(Self.request())) }
            let asked = try #require(error?.retryAfter)
            #expect((Duration.seconds(least)...Duration.seconds(most)).contains(asked), "\(fault): \(asked)")
            await engine.shutdown()
        }
    }

    @Test func aTokenGoesToItsServerOnlyAndIsSent() async throws {
        let server = try Self.server.get()
        let settings = try ServerSettings("\(server.url)/good~token/v1", token: Self.token)
        let engine = OpenAIEngine(settings)
        _ = try await Answer(engine.generate(Self.request()))
        await engine.shutdown()
        let status = try Value(json: Array(try server.ask("/_status?fault=good~token")))
        let headers = status.mapping?["headers"]?.mapping ?? [:]
        let sent = headers.first { $0.key.lowercased() == "authorization" }?.value.string
        #expect(sent == "Bearer \(Self.token)")
    }

    @Test func aNameWithAPublicAndAPrivateAddressIsNotAsked() async throws {
        let server = try Self.server.get()
        let rule = NetworkRule { name in
            name == "mixed.test" ? ["127.0.0.1", "93.184.215.14"].compactMap { NetworkAddress($0) } : []
        }
        let settings = try ServerSettings("http://mixed.test:\(server.port)/good~mixed", rule: rule)
        let engine = OllamaEngine(settings)
        let error = await engineError { _ = try await Answer(engine.generate(Self.request())) }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("93.184.215.14") == true)
        #expect(error?.message.contains("`allow_remote: true`") == true)
        await engine.shutdown()
        let status = try Value(json: Array(try server.ask("/_status?fault=good~mixed")))
        #expect(status.mapping?["requests"] == 0)
    }

    @Test func aCertificateMustBeTrusted() async throws {
        let server = try Self.server.get()
        guard server.words.count == 3, let port = Int(server.words[1]), port > 0 else { return }
        let url = try ServerURL("https://localhost:\(port)/good~tls")
        let stranger = OllamaEngine(ServerSettings(name: "server", url: url))
        let error = await engineError { _ = try await Answer(stranger.generate(Self.request())) }
        #expect(error?.code == .refused, "\(error?.message ?? "")")
        #expect(error?.message.contains("certificate") == true)
        await stranger.shutdown()
        let known = OllamaEngine(ServerSettings(name: "server", url: url, authorities: server.words[2]))
        #expect(try await Answer(known.generate(Self.request())).whole().text == Self.goodAnswer)
        await known.shutdown()
    }

    @Test(arguments: FaultCase.API.allCases)
    func aCancelledCallClosesItsConnection(api: FaultCase.API) async throws {
        let server = try Self.server.get()
        let name = "hang-between-tokens~cancel-\(api.rawValue)"
        let engine: any Engine = try Self.bare(server.url, name, api)
        let task = Task {
            for try await event in engine.generate(Self.request()) {
                if case .text = event { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await Self.waitUntilNoConnection(server, name)
        await engine.shutdown()
    }

    // MARK: Asking

    private static func bare(_ url: String, _ name: String, _ api: FaultCase.API) throws -> any Engine {
        switch api {
        case .ollama: OllamaEngine(try ServerSettings("\(url)/\(name)", token: token))
        case .openai: OpenAIEngine(try ServerSettings("\(url)/\(name)/v1", token: token))
        }
    }

    private static func engine(
        _ url: String, _ name: String, _ api: FaultCase.API, _ slots: EngineSlots
    ) throws -> any Engine {
        let limits = CallLimits(
            load: .seconds(20), firstToken: .milliseconds(1500), betweenTokens: .milliseconds(700), total: .seconds(60))
        return SlottedEngine(TimedEngine(try bare(url, name, api), limits: limits), slots: slots)
    }

    private static func request(long: Bool = false, schema: Bool = false) -> GenerationRequest {
        let text = long ? Array(repeating: "word", count: 2500).joined(separator: " ") : "What is it?"
        return GenerationRequest(
            model: "owl", messages: [.user(text)], sampler: .greedy, maxTokens: 100,
            schema: schema ? ["type": "object"] : nil)
    }

    private static func end(of engine: any Engine, _ fault: FaultCase) async -> Result<GenerationResult, EngineError> {
        do {
            let request = request(long: fault.hasLongPrompt, schema: fault.hasSchema)
            return .success(try await Answer(engine.generate(request)).whole())
        } catch let error as EngineError {
            return .failure(error)
        } catch {
            return .failure(EngineError(.closed, "no error of ours: \(error)"))
        }
    }

    private static func matches(
        _ result: Result<GenerationResult, EngineError>, _ ending: FaultCase.Ending
    ) -> Bool {
        switch (result, ending) {
        case (.success(let result), .answer), (.success(let result), .answerOrBroken):
            result.text == goodAnswer && result.finishReason == .stop
        case (.success(let result), .cut): result.finishReason == .length && !result.text.isEmpty
        case (.success(let result), .other("JSON")): (try? ParsedAnswer(from: result.text))?.isExact == true
        case (.success(let result), .other("prose")): (try? ParsedAnswer(from: result.text)) == nil
        case (.success(let result), .other(let text)): result.text == text
        case (.failure(let error), .error(let code)): error.code == code
        case (.failure(let error), .answerOrBroken): error.code == .answerBroken
        default: false
        }
    }

    private static func waitUntilNoConnection(_ server: PythonServer, _ name: String) async throws {
        for _ in 1...200 {
            let status = try Value(json: Array(try server.ask("/_status?fault=\(name)")))
            if status.mapping?["connections"] == 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("\(name): a connection is left")
    }
}

/// Slots in a folder of a test's own.
enum SlotsFolder {
    static func with(count: Int = 1, _ body: (EngineSlots) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-slots-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let slots = EngineSlots(folder: folder, count: count, label: "test")
        try await body(slots)
        slots.close()
    }
}
