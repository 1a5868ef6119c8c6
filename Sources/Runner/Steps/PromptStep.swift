import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Workflow

extension PromptStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let choice = try context.chosenModel()
        let request = try request(for: choice, text: context.text)
        let clock = ContinuousClock.now
        let result = try await ModelCall(choice: choice, request: request, context: context).perform()
        let took = clock.duration(to: .now)
        guard result.finishReason == .stop || allowTruncated else {
            throw StepFailure(
                .answerTruncated,
                "the answer was cut off after \(result.generatedTokens) tokens: raise `max_tokens` or `context`, or set `allow_truncated: true`"
            )
        }
        return [
            "text": .string(result.text.trimmingCharacters(in: .whitespacesAndNewlines)),
            "model": .string(result.model.reference),
            "finish_reason": .string(result.finishReason.rawValue),
            "seed": result.seed.map { .integer(Int($0)) } ?? .null,
            "prompt_tokens": .integer(result.promptTokens),
            "tokens": .integer(result.generatedTokens),
            "seconds": took.inResults,
        ]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let choice = try context.chosenModel()
        let request = try request(for: choice, text: context.text)
        let preview = try await choice.engine.preview(request)
        let head =
            "asks \(choice.reference), \(preview.tokens) prompt tokens, at most \(request.maxTokens) for the answer:"
        let text = preview.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "  \($0)" }
        return StepPreview(lines: [head] + text, result: nil)
    }

    private func request(
        for choice: ModelChoice, text: (TemplatedText) throws -> String
    ) throws -> GenerationRequest {
        var turns: [ChatMessage] = []
        for example in examples {
            turns.append(.user(trimmed(try text(example.user))))
            turns.append(.assistant(trimmed(try text(example.assistant))))
        }
        turns.append(.user(trimmed(try text(user))))
        var settings = CallSettings()
        settings.temperature = temperature
        settings.topK = topK
        settings.topP = topP
        settings.minP = minP
        settings.repeatPenalty = repeatPenalty
        settings.seed = seed.map { UInt32(truncatingIfNeeded: $0) }
        settings.maxTokens = maxTokens
        settings.stop = try stop.map(text)
        settings.context = context
        return choice.request(system: try system.map { trimmed(try text($0)) }, turns: turns, settings: settings)
    }

    private func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
