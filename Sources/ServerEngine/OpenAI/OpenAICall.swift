import Inference
import Jinja
import LocalNetwork
import OrderedCollections

/// One chat with an OpenAI-compatible server.
struct OpenAICall: Sendable {
    let request: GenerationRequest
    let model: OpenAIModels.Known
    let connection: ServerConnection
    let models: OpenAIModels

    private var reference: String { model.description.reference }

    func perform(_ send: @escaping @Sendable (GenerationEvent) -> Void) async throws -> GenerationResult {
        try request.check(reference, can: model.capabilities, takesGrammars: model.takesGrammars)
        if let context = request.context, let real = model.context, context > real {
            throw EngineError(
                .invalidRequest,
                "`context: \(context)` is more than the \(real) tokens that \(reference) has on its server: lower it, or start the server with more."
            )
        }
        let room = PromptRoom(
            request.messages, context: model.context, counted: try await countedPrompt())
        try room.check(reference)
        var answer = AnswerBuilder(
            request, identity: ModelIdentity(reference: reference, digest: nil), room: room, seed: request.sentSeed,
            send: send)
        answer.servedName = model.served
        // With several names for one model, vLLM answers under the first.
        if case .vllm = model.product { answer.checksName = false }
        let clock = ContinuousClock.now
        if !model.isLoaded { send(.loading(progress: 0)) }
        let body = try OpenAIRequest(request, model, seed: answer.seed, room: room).body()
        let lines = try await stream(body, send)
        if !model.isLoaded {
            // The server loads a model when it is first asked for, and begins to answer then.
            answer.load = clock.duration(to: .now)
            models.forget()
        }
        answer.begin()
        try await read(lines, into: &answer)
        // Only now is it known with which context the server has loaded it.
        if !model.isLoaded { answer.room.context = try await models.find(request.model).context }
        if answer.isEmpty, case .llamaCppPython = model.product { try await explainEmptyStream(body) }
        return try answer.result(of: connection)
    }

    /// Begins the answer.
    private func stream(
        _ body: Value, _ send: @Sendable (GenerationEvent) -> Void
    ) async throws -> LineReader {
        let path = "/chat/completions".behind(connection.settings.url)
        return try await connection.waitingForModel(send) {
            if model.isLoaded { send(.evaluating) }
            return try await connection.stream(path, body, as: ["text/event-stream"])
        }
    }

    /// `llama_cpp.server` ends a stream without a word where it cannot answer; asked without a stream, it says why.
    private func explainEmptyStream(_ body: Value) async throws {
        guard case .mapping(var fields) = body else { return }
        fields["stream"] = false
        fields["stream_options"] = nil
        fields["max_tokens"] = 1
        _ = try await connection.demand(
            "/chat/completions".behind(connection.settings.url), .mapping(fields), takesTime: true)
    }

    // MARK: The prompt

    /// What the model's template makes of the messages, where the server shows it.
    func renderedPrompt() async throws -> String? {
        guard case .llamaServer = model.product, !request.messages.contains(where: { !$0.images.isEmpty }) else {
            return nil
        }
        let messages = OpenAIRequest.messages(request.messages)
        let reply = try await connection.ask(connection.root("/apply-template"), ["messages": messages])
        return reply.isSuccess ? reply.value?.member("prompt")?.string : nil
    }

    /// The length of the prompt by the server's own count, where it has one and a guess would not do.
    private func countedPrompt() async throws -> Int? {
        guard let context = model.context else { return nil }
        let guess = PromptRoom(request.messages, context: context).likely
        // Far from the end of the context the exact number changes nothing.
        guard guess * 2 > context || guess + request.maxTokens > context else { return nil }
        switch model.product {
        case .llamaServer:
            guard let prompt = try await renderedPrompt() else { return nil }
            let reply = try await connection.ask(
                connection.root("/tokenize"),
                ["content": .string(prompt), "add_special": true, "parse_special": true])
            return reply.value?.member("tokens")?.list?.count
        case .vllm:
            let reply = try await connection.ask(
                connection.root("/tokenize"),
                ["model": .string(model.served), "messages": OpenAIRequest.messages(request.messages)])
            return reply.isSuccess ? reply.value?.member("count")?.count : nil
        case .lmStudio, .llamaCppPython, .other: return nil
        }
    }

    // MARK: The answer

    private func read(_ lines: LineReader, into answer: inout AnswerBuilder) async throws {
        try await connection.explaining {
            for try await event in ServerSentEvents(lines: lines) {
                if event.data == Array("[DONE]".utf8) { return }
                let value: Value
                do throws(JSONError) {
                    value = try Value(json: event.data)
                } catch {
                    throw connection.broken("an event is no JSON: \(error.message)")
                }
                guard let fields = value.mapping else { throw connection.broken("an event is no object") }
                if event.name == "error" || fields["error"].map({ !$0.isNull }) ?? false {
                    throw connection.failure(in: value)
                }
                take(fields, into: &answer)
                if answer.isOverCap { return answer.told.finish = "length" }
            }
        }
    }

    private func take(_ fields: Mapping, into answer: inout AnswerBuilder) {
        answer.told.model = fields["model"]?.string ?? answer.told.model
        if let usage = fields["usage"], !usage.isNull {
            answer.told.promptTokens = usage.member("prompt_tokens")?.count ?? answer.told.promptTokens
            answer.told.generatedTokens = usage.member("completion_tokens")?.count ?? answer.told.generatedTokens
        }
        if let timings = fields["timings"] {
            answer.told.prompt = timings.member("prompt_ms")?.milliseconds
            answer.told.generation = timings.member("predicted_ms")?.milliseconds
        }
        // One answer was asked for; what else comes is not ours.
        let choices = fields["choices"]?.list ?? []
        guard let choice = choices.first(where: { ($0.member("index")?.integer ?? 0) == 0 }) else { return }
        if let delta = choice.member("delta") {
            // The two names in use; some servers send both.
            let thought = delta.member("reasoning_content")?.string ?? delta.member("reasoning")?.string
            answer.think(thought ?? "")
            answer.say(delta.member("content")?.string ?? "")
        }
        answer.told.finish = choice.member("finish_reason")?.string ?? answer.told.finish
    }
}
