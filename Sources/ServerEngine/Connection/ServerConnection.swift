import Inference
import Jinja
import LocalNetwork

/// How one server is spoken to, and what its failures mean.
struct ServerConnection: Sendable {
    let settings: ServerSettings
    /// For what a server does in its own time; how long that may be, the limits of the call decide.
    private let http: GuardedHTTP
    /// For what is there at once.
    private let promptly: GuardedHTTP

    /// Lists of models and the like are smaller.
    private static let largestReply = 64 << 20

    init(_ settings: ServerSettings) {
        self.settings = settings
        http = GuardedHTTP(
            rule: settings.rule,
            settings: .init(authorities: settings.authorities, proxy: settings.proxy, isUsedOnce: true))
        promptly = GuardedHTTP(
            rule: settings.rule,
            settings: .init(
                silenceLimit: settings.patience, authorities: settings.authorities, proxy: settings.proxy))
    }

    /// A whole answer.
    struct Reply: Sendable {
        var status: Int
        /// `nil` where it is no JSON.
        var value: Value?
        var isSuccess: Bool { (200...299).contains(status) }
    }

    /// The name of the server for messages: `desktop (http://192.168.1.20:11434)`.
    var shown: String { "\(settings.name) (\(settings.url.server))" }

    func close() async {
        await http.close()
        await promptly.close()
    }

    func addresses() async throws(EngineError) -> [String] {
        do {
            return try await promptly.addresses(of: settings.url)
        } catch {
            throw engineError(error)
        }
    }

    /// Asks for something that is there at once, whatever the status.
    ///
    /// - Parameter path: behind the server, with all of the path.
    func ask(_ path: String, _ body: Value? = nil) async throws -> Reply {
        try await explaining {
            let answer = try await sendAgainIfClosed(try request(path, body), takesTime: false)
            let bytes = try await answer.body.collect(upTo: Self.largestReply)
            return Reply(status: answer.status, value: try? Value(json: bytes))
        }
    }

    /// The same, which must be a success with JSON.
    ///
    /// - Parameter takesTime: whether the server works for it, as when it loads a model.
    func demand(_ path: String, _ body: Value? = nil, takesTime: Bool = false) async throws -> Value {
        try await explaining {
            let answer = try await sendAgainIfClosed(try request(path, body), takesTime: takesTime)
            let bytes = try await answer.body.collect(upTo: Self.largestReply)
            guard (200...299).contains(answer.status) else { throw rejection(answer, bytes) }
            guard let value = try? Value(json: bytes) else { throw unreadable(answer, bytes) }
            return value
        }
    }

    /// Sends a prompt and returns the lines of the answer as they come.
    ///
    /// - Throws: also where the status is no success, or what comes is another kind of content.
    func stream(_ path: String, _ body: Value, as kinds: [String]) async throws -> LineReader {
        try await explaining {
            let answer = try await http.send(request(path, body))
            guard (200...299).contains(answer.status) else {
                throw rejection(answer, try await answer.body.collect(upTo: Self.largestReply))
            }
            let kind = answer.header("content-type")?.lowercased() ?? ""
            guard kind.isEmpty || kinds.contains(where: kind.hasPrefix), answer.header("content-encoding") == nil
            else {
                var pieces = answer.body.makeAsyncIterator()
                let head = try? await pieces.next()
                throw unreadable(answer, head ?? [])
            }
            return LineReader(answer.body)
        }
    }

    /// A server may close a connection in the moment in which it is used again. What is asked here changes nothing, so
    /// it can be asked a second time, on a new connection.
    private func sendAgainIfClosed(_ request: HTTPRequest, takesTime: Bool) async throws -> HTTPAnswer {
        let client = takesTime ? http : promptly
        do {
            return try await client.send(request)
        } catch let failure as HTTPFailure where failure.code == .endedBeforeAnswer {
            return try await client.send(request)
        }
    }

    private func request(_ path: String, _ body: Value?) throws -> HTTPRequest {
        var headers: [(name: String, value: String)] = [
            ("Accept", "application/json, text/event-stream, application/x-ndjson"), ("User-Agent", "nightjar"),
        ]
        if let token = settings.token { headers.append(("Authorization", "Bearer \(token)")) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let url = try ServerURL(settings.url.with(path: path))
        return HTTPRequest(
            body == nil ? "GET" : "POST", url, headers: headers, body: body.map { Array($0.json(.compact).utf8) })
    }

    /// Does something with the server once it has loaded its model, if that is what it is at: llama-server is busy until
    /// then. How long that may take, the time limit for loading decides.
    func waitingForModel<Result>(
        _ send: (GenerationEvent) -> Void, _ work: () async throws -> Result
    ) async throws -> Result {
        while true {
            do {
                return try await work()
            } catch let error as EngineError where error.code == .busy {
                guard try await ask(root("/health")).status == 503 else { throw error }
            }
            send(.loading(progress: 0))
            while try await ask(root("/health")).status == 503 { try await Task.sleep(for: .milliseconds(250)) }
        }
    }

    /// Runs something with the server, and turns what goes wrong into an ``EngineError``.
    ///
    /// - Throws: ``EngineError``, or `CancellationError`.
    func explaining<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let failure as HTTPFailure {
            throw engineError(failure)
        } catch let mistake as ServerURL.Mistake {
            throw EngineError(.invalidRequest, mistake.message)
        }
    }

    /// The same for calls that throw nothing but ``EngineError``.
    func typed<Result>(_ work: () async throws -> Result) async throws(EngineError) -> Result {
        do {
            return try await work()
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.closed, "Asking \(shown) was stopped before it answered.")
        }
    }
}
