import History
import Inference
import Jinja
import OrderedCollections
import Workflow

extension EmbedStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let texts = try list(context)
        var failures: [PassedOver] = []
        for choice in try context.chosenModels() {
            do {
                let made = try await EmbeddingCall(choice: choice, texts: texts, context: context).perform()
                return [
                    "vectors": .list(made.vectors.map(Self.value)),
                    "vector": made.vectors.first.map(Self.value) ?? .list([]),
                    "count": .integer(made.vectors.count), "dimensions": .integer(made.vectors.first?.count ?? 0),
                    "model": .string(made.model.reference), "prompt_tokens": .integer(made.promptTokens),
                ]
            } catch let error as EngineError where error.isForAnother {
                failures.append(PassedOver(model: choice.reference, error: error))
            }
        }
        if failures.count == 1 { throw failures[0].error }
        throw EngineError("None of the models could answer.", failures) ?? StepFailure(.noModel, "no model is named")
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let texts = try list(context)
        let choice = try context.chosenModel()
        return StepPreview(lines: ["embeds \(texts.count) texts with \(choice.reference)"], result: nil)
    }

    private static func value(_ vector: [Double]) -> Value { .list(vector.map { .number($0) }) }

    private func list(_ view: some StepView) throws -> [String] {
        let value = try view.value(texts)
        if let text = value.string { return [text] }
        guard let list = value.list, list.allSatisfy({ $0.string != nil }) else {
            throw StepFailure(.badValue, "`texts` needs a list of texts, and got \(value.kindPhrase)")
        }
        return list.compactMap(\.string)
    }
}

/// One call of a model for vectors, with its row in the record.
private struct EmbeddingCall {
    let choice: ModelChoice
    let texts: [String]
    let context: StepContext

    func perform() async throws -> Embeddings {
        let clock = ContinuousClock.now
        let row = try await context.history.beginCall(
            NewCall(
                engine: choice.engine.name, model: choice.reference,
                messages: Value.list(texts.map { ["role": "text", "content": .string($0)] }).json(.compact),
                sampler: Value.mapping([:]).json(.compact), maxTokens: 0, schema: nil, digest: nil),
            step: context.row, at: context.now)
        do {
            try await context.run.models.checkPin(of: choice)
            let made = try await choice.engine.embed(texts, model: choice.name)
            var result = CallResult()
            result.model = made.model.reference
            result.digest = made.model.digest
            result.promptTokens = made.promptTokens
            try await context.history.endCall(row, state: .done, result: result, at: context.now)
            context.run.progress.addCost {
                $0.calls += 1
                $0.promptTokens += made.promptTokens
            }
            context.report(
                .callFinished(
                    context.event,
                    CallSummary(
                        model: made.model.reference, promptTokens: made.promptTokens, generatedTokens: 0,
                        seconds: clock.duration(to: .now).inSeconds, generationSeconds: 0)))
            return made
        } catch let error as HistoryError {
            throw error
        } catch {
            let isInterruption = error is CancellationError || Task.isCancelled
            try await context.history.endCall(
                row, state: isInterruption ? .interrupted : .failed,
                result: CallResult(), error: RecordedError(error),
                at: context.now)
            throw isInterruption ? CancellationError() : error
        }
    }
}
