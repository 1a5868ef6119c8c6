import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Workflow

extension PromptStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        var question = try question(context)
        let check = try question.check(allowTruncated: allowTruncated)
        let known = KnownAnswers(context: context, choice: cache)
        let clock = ContinuousClock.now
        var rounds = 0
        while true {
            let answer = try await ask(question, known, context)
            let data = check.data(in: answer.result.text)
            if data.isValid, let key = answer.cacheKey { try await known.keep(answer.result, under: key) }
            guard data.isValid || rounds >= repair else {
                rounds += 1
                question.turns += [.assistant(answer.result.text), .user(data.request(for: check.subject))]
                continue
            }
            if onInvalid == .fail { _ = try data.checked(answer.result.text) }
            return outputs(answer.result, data, check, rounds: rounds, took: clock.duration(to: .now))
        }
    }

    private func ask(
        _ question: Question, _ known: KnownAnswers, _ context: StepContext
    ) async throws -> ModelCall.Answer {
        let calls = try context.chosenModels().map { choice in
            let request = context.run.models.settled(question.request(for: choice), for: choice)
            return ModelCall(choice: choice, request: request, context: context)
        }
        let answer = try await ModelFallback(calls: calls).perform(known)
        guard answer.result.finishReason == .stop || allowTruncated else {
            throw StepFailure(
                .answerTruncated,
                "the answer was cut off after \(answer.result.generatedTokens) tokens: raise `max_tokens` or `context`, or set `allow_truncated: true`"
            )
        }
        return answer
    }

    private func outputs(
        _ result: GenerationResult, _ data: AnswerData, _ check: AnswerCheck, rounds: Int, took: Duration
    ) -> Mapping {
        let value = data.isValid || onInvalid == .keep ? data.value ?? .null : .null
        let own = Value.string(Self.trimmed(result.text))
        let text = check.subject == .schema || (!data.isValid && onInvalid == .keep) ? own : value
        let seed: Value = result.seed.map { .integer(Int($0)) } ?? .null
        return [
            "text": text,
            "data": check.subject == .schema ? value : .null,
            "valid": .boolean(data.isValid),
            "repairs": check.subject == .text ? .list([]) : data.repairNames,
            "errors": .list(data.problems.map { .string($0) }),
            "rounds": .integer(rounds),
            "reasoning": .string(Self.trimmed(result.reasoning)),
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
        _ = try question.check(allowTruncated: allowTruncated)
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

        func check(allowTruncated: Bool) throws(StepFailure) -> AnswerCheck {
            try AnswerCheck(schema: settings.schema, choices: settings.choices, allowTruncated: allowTruncated)
        }

        func request(for choice: ModelChoice) -> GenerationRequest {
            choice.request(system: system, turns: turns, settings: settings)
        }
    }

    private func question(_ view: some StepView) throws -> Question {
        let text = view.text
        var turns: [ChatMessage] = []
        for example in examples {
            turns.append(.user(Self.trimmed(try text(example.user))))
            turns.append(.assistant(Self.trimmed(try text(example.assistant))))
        }
        turns.append(.user(Self.trimmed(try text(user)), images: try pictures(view)))
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
        return Question(system: try system.map { Self.trimmed(try text($0)) }, turns: turns, settings: settings)
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

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
