import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Workflow

extension PromptStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let question = try question(context)
        let schema = try question.answerSchema
        let calls = try context.chosenModels().map { choice in
            let request = context.run.models.settled(question.request(for: choice), for: choice)
            return ModelCall(choice: choice, request: request, context: context)
        }
        let clock = ContinuousClock.now
        let known = KnownAnswers(context: context, choice: cache)
        let answer = try await ModelFallback(calls: calls).perform(known)
        let result = answer.result
        let took = clock.duration(to: .now)
        guard result.finishReason == .stop || allowTruncated else {
            throw StepFailure(
                .answerTruncated,
                "the answer was cut off after \(result.generatedTokens) tokens: raise `max_tokens` or `context`, or set `allow_truncated: true`"
            )
        }
        let data = try schema?.data(in: result.text) ?? .null
        let text = try AnswerChoices(question.settings.choices).chosen(by: result.text)
        if let key = answer.cacheKey { try await known.keep(result, under: key) }
        let seed: Value = result.seed.map { .integer(Int($0)) } ?? .null
        return [
            "text": .string(text),
            "data": data,
            "reasoning": .string(result.reasoning.trimmingCharacters(in: .whitespacesAndNewlines)),
            "model": .string(result.model.reference),
            "finish_reason": .string(result.finishReason.rawValue),
            "seed": seed,
            "prompt_tokens": .integer(result.promptTokens),
            "tokens": .integer(result.generatedTokens),
            "seconds": took.inResults,
        ]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let choice = try context.chosenModel()
        let question = try question(context)
        _ = try question.answerSchema
        let planned = RunModels(context.definition, context.setting)
        let request = planned.settled(question.request(for: choice), for: choice)
        let preview = try await choice.engine.preview(request)
        let head =
            "asks \(choice.reference), \(preview.isExact ? "" : "about ")\(preview.tokens) prompt tokens, at most \(request.maxTokens) for the answer:"
        let text = preview.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "  \($0)" }
        return StepPreview(lines: [head] + text, result: nil)
    }

    /// What is asked, whichever model it is asked of.
    private struct Question {
        var system: String?
        var turns: [ChatMessage]
        var settings: CallSettings

        var answerSchema: AnswerSchema? {
            get throws { try settings.schema.map { try AnswerSchema($0) } }
        }

        func request(for choice: ModelChoice) -> GenerationRequest {
            choice.request(system: system, turns: turns, settings: settings)
        }
    }

    private func question(_ view: some StepView) throws -> Question {
        let text = view.text
        var turns: [ChatMessage] = []
        for example in examples {
            turns.append(.user(trimmed(try text(example.user))))
            turns.append(.assistant(trimmed(try text(example.assistant))))
        }
        turns.append(.user(trimmed(try text(user)), images: try pictures(view)))
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
        settings.schema = try schema.map { try view.value($0) }
        settings.grammar = try grammar.map(text)
        settings.choices = try choices.map(text)
        settings.isReproducible = isReproducible
        settings.thinking = thinking
        settings.limits = limits.map { CallLimits.Changes($0) }
        return Question(system: try system.map { trimmed(try text($0)) }, turns: turns, settings: settings)
    }

    private static let largestPicture = 32 << 20

    private func pictures(_ view: some StepView) throws -> [ImageAttachment] {
        let value = try view.value(images)
        guard let paths = value.list, paths.allSatisfy({ $0.string != nil }) else {
            throw StepFailure(.badValue, "`images` needs a list of paths, and got \(value.kindPhrase)")
        }
        return try paths.compactMap(\.string).map { path in
            let data = try view.files.content(of: path, upTo: Self.largestPicture)
            guard let image = ImageAttachment(name: path, data: data) else {
                throw StepFailure(.badData, "\(path) is no PNG, JPEG, GIF or WebP picture")
            }
            return image
        }
    }

    private func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
