import Inference

/// Asks the models of a step in order, until one answers. Each one that is asked has a row of its own in the record.
struct ModelFallback {
    let calls: [ModelCall]

    /// - Throws: ``EngineError`` where none could answer.
    func perform(_ known: KnownAnswers) async throws -> ModelCall.Answer {
        // Whichever of them it was that answered before.
        for call in calls {
            if let answer = try await call.recall(known) { return answer }
        }
        var failures: [PassedOver] = []
        for (index, call) in calls.enumerated() {
            do {
                return try await call.perform(known)
            } catch let error as EngineError where error.isForAnother && calls.count > 1 {
                failures.append(PassedOver(model: call.choice.reference, error: error))
                if index < calls.count - 1 { call.reportPassedOver(error) }
            }
        }
        throw EngineError("None of the models could answer.", failures) ?? StepFailure(.noModel, "no model is named")
    }
}
