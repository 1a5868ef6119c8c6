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

    func perform() async throws -> GenerationResult {
        let history = context.history
        let clock = ContinuousClock.now
        let row = try await history.beginCall(
            NewCall(
                engine: choice.engine.name, model: choice.reference, messages: request.messages.json,
                sampler: request.sampler.json, maxTokens: request.maxTokens),
            step: context.row, at: context.now)
        var answered = ""
        do {
            let result = try await follow { answered += $0 }
            try await history.endCall(row, state: .done, result: CallResult(result), at: context.now)
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
                row, state: isInterruption ? .interrupted : .failed,
                result: CallResult(response: answered.isEmpty ? nil : answered),
                error: RecordedError(error), at: context.now)
            throw isInterruption ? CancellationError() : error
        }
    }

    private func follow(_ keep: (String) -> Void) async throws -> GenerationResult {
        for try await event in choice.engine.generate(request) {
            switch event {
            case .loading(let progress):
                context.report(.modelLoading(context.event, model: choice.reference, progress: progress))
            case .started: break
            case .text(let text, let tokens):
                keep(text)
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
    fileprivate init(_ result: GenerationResult) {
        self.init(
            response: result.text, renderedPrompt: result.renderedPrompt, model: result.model.reference,
            digest: result.model.digest, seed: result.seed, promptTokens: result.promptTokens,
            generatedTokens: result.generatedTokens,
            seconds: CallSeconds(
                wait: result.timings.wait.inSeconds, load: result.timings.load.inSeconds,
                prompt: result.timings.prompt.inSeconds, generation: result.timings.generation.inSeconds),
            finishReason: result.finishReason.rawValue)
    }
}

extension [ChatMessage] {
    /// The conversation as the record keeps it.
    fileprivate var json: String {
        Value.list(map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }).json(.compact)
    }
}

extension SamplerSettings {
    /// The settings as the record keeps them; what is not set is left out.
    fileprivate var json: String {
        var settings: Mapping = ["temperature": .number(temperature)]
        if let topK { settings["top_k"] = .integer(topK) }
        if let topP { settings["top_p"] = .number(topP) }
        if let minP { settings["min_p"] = .number(minP) }
        if let repeatPenalty { settings["repeat_penalty"] = .number(repeatPenalty) }
        if let seed { settings["seed"] = .integer(Int(seed)) }
        return Value.mapping(settings).json(.compact)
    }
}
