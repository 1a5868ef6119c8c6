import Inference

extension GenerationRequest {
    /// Checks what can be checked without the model.
    func check() throws(EngineError) {
        func refuse(_ what: String) -> EngineError { EngineError(.invalidRequest, what) }
        guard !messages.isEmpty else { throw refuse("The request has no messages: give at least one.") }
        guard maxTokens >= 1 else {
            throw refuse("`max_tokens: \(maxTokens)` leaves no room for an answer: 1 is the least.")
        }
        guard !stop.contains("") else { throw refuse("`stop` holds an empty text: remove it.") }
        guard sampler.temperature >= 0, sampler.temperature.isFinite else {
            throw refuse("`temperature: \(sampler.temperature)` must be 0 or more.")
        }
        if let topK = sampler.topK, topK < 1 { throw refuse("`top_k: \(topK)` must be at least 1.") }
        if let topP = sampler.topP, !(topP > 0 && topP <= 1) {
            throw refuse("`top_p: \(topP)` must be over 0 and at most 1.")
        }
        if let minP = sampler.minP, !(0...1).contains(minP) {
            throw refuse("`min_p: \(minP)` must be from 0 to 1.")
        }
        if let penalty = sampler.repeatPenalty, !(penalty > 0 && penalty.isFinite) {
            throw refuse("`repeat_penalty: \(penalty)` must be over 0; 1 is off.")
        }
    }
}
