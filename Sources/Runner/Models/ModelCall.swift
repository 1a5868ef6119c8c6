import Crypto
import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Workflow

/// One call of a model by a step, with its row in the record.
struct ModelCall {
    let choice: ModelChoice
    let request: GenerationRequest
    let context: StepContext

    /// What a call that took longer than this gave is brought to the disk.
    private static let worthSynchronizing = 1.0

    /// An answer, and where it is to be kept.
    struct Answer {
        var result: GenerationResult
        /// Under which key it is to be cached, once it is found to be good.
        var cacheKey: CacheKey?
    }

    /// Takes the answer that the cache has, or asks the model.
    func perform(_ known: KnownAnswers) async throws -> Answer {
        let key = await known.cacheKey(of: request, by: choice)
        if let answer = try await known.ofCache(key) { return try await take(answer) }
        return Answer(result: try await ask(), cacheKey: key)
    }

    /// The answer that an attempt got which was cut off.
    func recall(_ known: KnownAnswers) async throws -> Answer? {
        guard let answer = try await known.ofCutOff(request, to: choice) else { return nil }
        return try await take(answer)
    }

    private func take(_ answer: KnownAnswers.Known) async throws -> Answer {
        try await context.run.models.checkPin(of: choice)
        try await context.history.reuseCall(
            new, result: CallResult(answer.result, passedOver: nil), step: context.row, at: context.now)
        context.report(.callReused(context.event, model: answer.result.model.reference, from: answer.source))
        return Answer(result: answer.result)
    }

    private var new: NewCall {
        NewCall(
            engine: choice.engine.name, model: choice.reference, messages: request.messages.json,
            sampler: request.sampler.json, maxTokens: request.maxTokens, schema: request.schema?.json(.compact),
            digest: request.digest(for: choice))
    }

    private func ask() async throws -> GenerationResult {
        let history = context.history
        let clock = ContinuousClock.now
        let row = try await history.beginCall(new, step: context.row, at: context.now)
        var told = Told()
        do {
            try await context.run.models.checkPin(of: choice)
            let result = try await follow(&told)
            try await history.endCall(
                row, state: .done, result: CallResult(result, passedOver: told.passedOver.json), at: context.now)
            let seconds = clock.duration(to: .now).inSeconds
            if seconds > Self.worthSynchronizing { try await history.sync() }
            context.run.progress.addCost {
                $0.calls += 1
                $0.promptTokens += result.promptTokens
                $0.generatedTokens += result.generatedTokens
            }
            context.report(
                .callFinished(
                    context.event,
                    CallSummary(
                        model: result.model.reference, promptTokens: result.promptTokens,
                        generatedTokens: result.generatedTokens, seconds: seconds,
                        generationSeconds: result.timings.generation.inSeconds)))
            return result
        } catch let error as HistoryError {
            throw error
        } catch {
            let isInterruption = error is CancellationError || Task.isCancelled
            // What the model had said by then is kept too.
            try await history.endCall(
                row, state: isInterruption ? .interrupted : .failed, result: told.result,
                error: RecordedError(error), at: context.now)
            throw isInterruption ? CancellationError() : error
        }
    }

    /// What is known of a call that is under way.
    private struct Told {
        var answer = ""
        var reasoning = ""
        var passedOver: [PassedOver] = []

        /// What is kept of a call that failed.
        var result: CallResult {
            CallResult(
                response: answer.isEmpty ? nil : answer, reasoning: reasoning.isEmpty ? nil : reasoning,
                passedOver: passedOver.json)
        }
    }

    func reportPassedOver(_ error: EngineError) {
        context.report(.modelPassedOver(context.event, model: choice.reference, reason: error.message))
    }

    private func follow(_ told: inout Told) async throws -> GenerationResult {
        for try await event in choice.engine.generate(request) {
            switch event {
            case .waiting(let reason): context.report(.modelWaiting(context.event, reason: reason))
            case .passedOver(let passed):
                told.passedOver.append(passed)
                context.report(
                    .modelPassedOver(context.event, model: passed.model, reason: passed.error.message))
            case .loading(let progress):
                context.report(.modelLoading(context.event, model: choice.reference, progress: progress))
            case .evaluating: context.report(.modelEvaluating(context.event))
            case .started: break
            case .reasoning(let text, let tokens):
                told.reasoning += text
                context.report(.modelText(context.event, text: "", tokens: tokens))
            case .text(let text, let tokens):
                told.answer += text
                context.report(.modelText(context.event, text: text, tokens: tokens))
            case .finished(let result): return result
            }
        }
        // A stream that just ends was cancelled, or its engine broke its promise.
        try Task.checkCancellation()
        throw EngineError(.engineFailed, "\(choice.reference) ended its answer without saying why")
    }
}

extension CallResult {
    fileprivate init(_ result: GenerationResult, passedOver: String?) {
        self.init(
            response: result.text, reasoning: result.reasoning.isEmpty ? nil : result.reasoning,
            renderedPrompt: result.renderedPrompt, model: result.model.reference,
            digest: result.model.digest, seed: result.seed, promptTokens: result.promptTokens,
            generatedTokens: result.generatedTokens,
            seconds: CallSeconds(
                wait: result.timings.wait.inSeconds, load: result.timings.load.inSeconds,
                prompt: result.timings.prompt.inSeconds, generation: result.timings.generation.inSeconds),
            finishReason: result.finishReason.rawValue, context: result.context, passedOver: passedOver,
            work: result.work.map { work in
                CallWork(
                    evaluated: work.promptTokens, reused: work.reused, steps: work.steps, drafted: work.drafted,
                    accepted: work.accepted, forced: work.forced)
            })
    }
}

extension [ChatMessage] {
    /// The conversation as the record keeps it.
    var json: String {
        Value.list(
            map { message -> Value in
                var fields: Mapping = ["role": .string(message.role.rawValue), "content": .string(message.content)]
                if !message.images.isEmpty { fields["images"] = .list(message.images.map(\.value)) }
                return .mapping(fields)
            }
        ).json(.compact)
    }
}

extension ImageAttachment {
    /// A picture is told by its digest: the record does not hold it.
    fileprivate var value: Value {
        [
            "path": .string(name), "type": .string(kind.rawValue), "bytes": .integer(data.count),
            "sha256": .string(SHA256.hash(data: data).hexadecimal),
        ]
    }
}

extension [PassedOver] {
    /// Who was asked before, and could not answer; `nil` where nobody was.
    fileprivate var json: String? {
        guard !isEmpty else { return nil }
        return Value.list(
            map { passed -> Value in
                [
                    "model": .string(passed.model), "code": .string(passed.error.code.rawValue),
                    "message": .string(passed.error.message),
                ]
            }
        ).json(.compact)
    }
}

extension SamplerSettings {
    /// The settings as the record keeps them; what is not set is left out.
    var json: String {
        var settings: Mapping = ["temperature": .number(temperature)]
        if let topK { settings["top_k"] = .integer(topK) }
        if let topP { settings["top_p"] = .number(topP) }
        if let minP { settings["min_p"] = .number(minP) }
        if let repeatPenalty { settings["repeat_penalty"] = .number(repeatPenalty) }
        if let seed { settings["seed"] = .integer(Int(seed)) }
        return Value.mapping(settings).json(.compact)
    }
}
