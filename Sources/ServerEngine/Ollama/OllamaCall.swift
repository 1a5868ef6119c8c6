import Foundation
import Inference
import Jinja
import LocalNetwork
import OrderedCollections

/// One chat with an Ollama server.
struct OllamaCall: Sendable {
    let request: GenerationRequest
    let connection: ServerConnection
    let models: OllamaModels

    private var served: String { connection.settings.served(request.model) }

    private func path(_ path: String) -> String { path.behind(connection.settings.url) }

    func perform(_ send: @escaping @Sendable (GenerationEvent) -> Void) async throws -> GenerationResult {
        let model = try await models.describe(request.model)
        try request.check(model.reference, can: model.capabilities)
        if let context = request.context, let trained = model.contextLength, context > trained {
            throw EngineError(
                .invalidRequest,
                "`context: \(context)` is more than the \(trained) tokens that \(model.reference) was trained for: lower it, or take another model."
            )
        }
        // What cannot fit what was asked for need not wait for the model.
        try PromptRoom(request.messages, context: request.context).check(model.reference)
        let clock = ContinuousClock.now
        let (loaded, wasLoaded) = try await makeLoaded(send)
        let room = PromptRoom(request.messages, context: loaded?.context ?? request.context)
        try room.check(model.reference)

        var answer = AnswerBuilder(
            request, identity: ModelIdentity(reference: model.reference, digest: model.digest), room: room,
            seed: request.sentSeed, send: send)
        answer.servedName = served
        if !wasLoaded { answer.load = clock.duration(to: .now) }
        answer.begin()
        try await read(into: &answer, from: model, context: room.context)
        if answer.told.promptTokens != nil, !(try await models.countsAreWhole()) { answer.told.promptTokens = nil }
        let result = try answer.result(of: connection)
        models.noteLoaded(served, loaded)
        return result
    }

    // MARK: Loading

    /// Has the model loaded before the prompt is sent, so that loading and evaluating have a time limit each, and the
    /// context that it really has is known.
    private func makeLoaded(
        _ send: @Sendable (GenerationEvent) -> Void
    ) async throws -> (loaded: OllamaModels.Loaded?, wasLoaded: Bool) {
        if let loaded = try await models.loaded(served), isEnough(loaded) { return (loaded, true) }
        if let loaded = try await models.lookLoaded(served), isEnough(loaded) { return (loaded, true) }
        send(.loading(progress: 0))
        var body: Mapping = ["model": .string(served), "messages": [], "stream": false]
        if let context = request.context { body["options"] = ["num_ctx": .integer(context)] }
        _ = try await connection.demand(path("/api/chat"), .mapping(body), takesTime: true)
        send(.loading(progress: 1))
        return (try await models.lookLoaded(served), false)
    }

    /// Another context has the server load the model again.
    private func isEnough(_ loaded: OllamaModels.Loaded) -> Bool {
        guard let wanted = request.context, let context = loaded.context else { return true }
        return context == wanted
    }

    // MARK: The answer

    private func read(
        into answer: inout AnswerBuilder, from model: ModelDescription, context: Int?
    ) async throws {
        let kinds = ["application/x-ndjson", "application/json", "application/octet-stream", "text/plain"]
        let lines = try await connection.stream(
            path("/api/chat"), body(model, seed: answer.seed, context: context), as: kinds)
        try await connection.explaining {
            for try await line in lines where !line.allSatisfy({ $0 == UInt8(ascii: " ") }) {
                let value: Value
                do throws(JSONError) {
                    value = try Value(json: line)
                } catch {
                    throw connection.broken("a line is no JSON: \(error.message)")
                }
                guard try take(value, into: &answer) else { return }
                if answer.isOverCap { return answer.told.finish = "length" }
            }
        }
    }

    /// - Returns: whether more is to come.
    private func take(_ value: Value, into answer: inout AnswerBuilder) throws -> Bool {
        guard let fields = value.mapping else { throw connection.broken("a line is no object") }
        if fields["error"] != nil { throw connection.failure(in: value) }
        answer.told.model = fields["model"]?.string ?? answer.told.model
        if let message = fields["message"] {
            answer.think(message.member("thinking")?.string ?? "")
            answer.say(message.member("content")?.string ?? "")
        }
        guard case .boolean(true)? = fields["done"] else { return true }
        // Servers from before `done_reason` end an answer with `done` alone.
        let reason = fields["done_reason"]
        answer.told.finish = reason.map { $0.string ?? "" } ?? "stop"
        answer.told.promptTokens = fields["prompt_eval_count"]?.count
        answer.told.generatedTokens = fields["eval_count"]?.count
        answer.told.load = fields["load_duration"]?.nanoseconds
        answer.told.prompt = fields["prompt_eval_duration"]?.nanoseconds
        answer.told.generation = fields["eval_duration"]?.nanoseconds
        return false
    }

    // MARK: The request

    private func body(_ model: ModelDescription, seed: UInt32?, context: Int?) -> Value {
        var body: Mapping = [
            "model": .string(served), "messages": .list(request.messages.map(Self.message)), "stream": true,
            // Rather an error than a prompt that is cut: older servers do not know the key, and are checked afterwards.
            "truncate": false, "options": .mapping(options(seed: seed, context: context)),
        ]
        if let schema = request.schemaForServers { body["format"] = schema }
        switch request.thinking {
        case nil: break
        // A model that cannot think refuses the key, whatever it says.
        case .off: if model.capabilities.contains(.thinking) { body["think"] = false }
        case .on: body["think"] = true
        case let level?: body["think"] = .string(level.rawValue)
        }
        return .mapping(body)
    }

    /// Every setting is sent, so that a model's own defaults do not turn up in the place of what is left out.
    ///
    /// - Parameter context: the one that the model is loaded with; without it the server would load the model anew with
    ///   its usual one.
    private func options(seed: UInt32?, context: Int?) -> Mapping {
        let sampler = request.sampler
        var options: Mapping = [
            "num_predict": .integer(request.maxTokens), "temperature": .number(sampler.temperature),
            "top_k": .integer(sampler.topK ?? 0), "top_p": .number(sampler.topP ?? 1),
            "min_p": .number(sampler.minP ?? 0), "repeat_penalty": .number(sampler.repeatPenalty ?? 1),
        ]
        if let seed { options["seed"] = .integer(Int(seed)) }
        if !request.stop.isEmpty { options["stop"] = .list(request.stop.map { .string($0) }) }
        if let context { options["num_ctx"] = .integer(context) }
        return options
    }

    private static func message(_ message: ChatMessage) -> Value {
        var fields: Mapping = ["role": .string(message.role.rawValue), "content": .string(message.content)]
        if !message.images.isEmpty {
            fields["images"] = .list(message.images.map { .string($0.data.base64EncodedString()) })
        }
        return .mapping(fields)
    }
}
