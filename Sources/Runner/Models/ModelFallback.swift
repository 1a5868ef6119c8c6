import Inference

/// Asks the models of a step in order, until one answers. Each one that is asked has a row of its own in the record.
struct ModelFallback {
    let calls: [ModelCall]

    /// - Throws: ``EngineError`` where none could answer.
    func perform() async throws -> GenerationResult {
        var failures: [PassedOver] = []
        for (index, call) in calls.enumerated() {
            do {
                return try await call.perform()
            } catch let error as EngineError where error.isForAnother && calls.count > 1 {
                failures.append(PassedOver(model: call.choice.reference, error: error))
                if index < calls.count - 1 { call.reportPassedOver(error) }
            }
        }
        // Whether trying again may help, those decide who may be well by then.
        guard let telling = failures.last(where: { $0.error.isPassing }) ?? failures.last else {
            throw StepFailure(.noModel, "no model is named")
        }
        let reasons = failures.map { "\($0.model): \($0.error.message)" }.joined(separator: " ")
        throw EngineError(
            telling.error.code, "None of the models could answer. \(reasons)", retryAfter: telling.error.retryAfter)
    }
}
