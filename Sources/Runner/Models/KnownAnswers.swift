import Crypto
import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Workflow

/// Answers that need no model: those of a call that an earlier attempt at the run had finished, and those of the cache.
struct KnownAnswers: Sendable {
    let context: StepContext
    /// What the step says of the cache.
    let choice: CacheChoice?

    /// An answer, and where it is from.
    struct Known {
        var result: GenerationResult
        var source: String
    }

    /// Under which key an answer is cached; `nil` where it is not: where it would not be the same again, or where it
    /// cannot be told which weights give it.
    func cacheKey(of request: GenerationRequest, by model: ModelChoice) async -> CacheKey? {
        guard wanted != .off, request.isDeterministic,
            let digest = try? await model.engine.identity(for: request).digest
        else { return nil }
        return CacheKey(weights: digest, text: TextDigest.of(digest, request.content.json(.compact)))
    }

    /// What a model answered to exactly this in an attempt that was cut off.
    func ofCutOff(_ request: GenerationRequest, to model: ModelChoice) async throws -> Known? {
        for row in context.work.cutOff {
            let calls = try await context.history.calls(of: context.run.id, step: row)
            let digest = request.digest(for: model)
            if let call = calls.last(where: { $0.call.digest == digest && $0.state.hasAnswer }),
                let result = GenerationResult(call)
            {
                return Known(result: result, source: "the attempt before")
            }
        }
        return nil
    }

    func ofCache(_ key: CacheKey?) async throws -> Known? {
        guard let key, wanted == .on,
            let answer = try await context.history.cachedAnswer(key.text, at: context.now),
            let result = GenerationResult(cached: answer)
        else { return nil }
        return Known(result: result, source: "the cache")
    }

    /// Other weights may have answered than those that were there when the key was made.
    func keep(_ result: GenerationResult, under key: CacheKey) async throws {
        guard result.model.digest == key.weights else { return }
        let limit = (context.setting.configuration.cache ?? CacheDeclaration()).megabytes
        try await context.history.cacheAnswer(
            result.cached, under: key.text, model: result.model.reference, limit: limit * 1_000_000, at: context.now)
    }

    private var wanted: CacheChoice {
        choice ?? (context.setting.configuration.cache?.isOn == true ? .on : .off)
    }
}

/// Under what an answer is cached.
struct CacheKey: Sendable {
    /// The digest of the weights that are to answer.
    var weights: String
    /// The digest of them and of all that is asked.
    var text: String
}

extension GenerationRequest {
    /// Whether the same model gives the same answer again.
    fileprivate var isDeterministic: Bool { sampler.isGreedy || sampler.seed != nil }

    /// All that is asked, but for whom.
    fileprivate var content: Value {
        var content: Mapping = [
            "messages": .string(messages.json), "sampler": .string(sampler.json), "max_tokens": .integer(maxTokens),
            "stop": .list(stop.map { .string($0) }), "context": context.map { .integer($0) } ?? .null,
            "schema": schema ?? .null, "think": thinking.map { .string("\($0)") } ?? .null,
        ]
        // Only where they are there: what was asked before there were such things is still the same.
        if let grammar { content["grammar"] = .string(grammar) }
        if !choices.isEmpty { content["choices"] = .list(choices.map { .string($0) }) }
        if isReproducible { content["reproducible"] = true }
        if let chatTemplate { content["chat_template"] = .string(chatTemplate) }
        if !adapters.isEmpty { content["lora"] = .list(adapters.map { [.string($0.path), .number($0.scale)] }) }
        return .mapping(content)
    }

    /// By which the record tells a call that asks the same.
    func digest(for model: ModelChoice) -> String {
        TextDigest.of(model.reference, content.json(.compact))
    }
}

extension CallState {
    fileprivate var hasAnswer: Bool { self == .done || self == .reused }
}

extension GenerationResult {
    /// What the record has of a finished call.
    fileprivate init?(_ call: CallRecord) {
        let result = call.result
        guard let text = result.response, let reason = result.finishReason.flatMap(FinishReason.init) else {
            return nil
        }
        self.init(
            text: text, reasoning: result.reasoning ?? "", finishReason: reason,
            renderedPrompt: result.renderedPrompt,
            model: ModelIdentity(reference: result.model ?? call.call.model, digest: result.digest),
            seed: result.seed, promptTokens: result.promptTokens ?? 0, generatedTokens: result.generatedTokens ?? 0,
            context: result.context, timings: GenerationTimings())
    }

    /// What the cache has of an answer.
    fileprivate init?(cached json: String) {
        guard let value = try? Value(json: json), let text = value["text"]?.string,
            let reason = value["finish_reason"]?.string.flatMap(FinishReason.init),
            let model = value["model"]?.string
        else { return nil }
        self.init(
            text: text, reasoning: value["reasoning"]?.string ?? "", finishReason: reason,
            renderedPrompt: value["prompt"]?.string,
            model: ModelIdentity(reference: model, digest: value["digest"]?.string),
            seed: value["seed"]?.integer.flatMap { UInt32(exactly: $0) },
            promptTokens: value["prompt_tokens"]?.integer ?? 0, generatedTokens: value["tokens"]?.integer ?? 0,
            context: value["context"]?.integer, timings: GenerationTimings())
    }

    fileprivate var cached: String {
        let value: Value = [
            "text": .string(text), "reasoning": .string(reasoning), "finish_reason": .string(finishReason.rawValue),
            "prompt": renderedPrompt.map { .string($0) } ?? .null, "model": .string(model.reference),
            "digest": model.digest.map { .string($0) } ?? .null, "seed": seed.map { .integer(Int($0)) } ?? .null,
            "prompt_tokens": .integer(promptTokens), "tokens": .integer(generatedTokens),
            "context": context.map { .integer($0) } ?? .null,
        ]
        return value.json(.compact)
    }
}
