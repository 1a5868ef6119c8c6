/// How the next token is chosen from the model's distribution.
///
/// A value of `nil` leaves that sampler out of the chain. A temperature of 0 means greedy decoding: the most
/// probable token is always taken and the other settings but `repeatPenalty` have no effect.
package struct SamplerSettings: Sendable, Hashable, Codable {
    /// 0 is greedy; 1 is the model's own distribution; higher is flatter. At least 0.
    package var temperature: Double
    /// Keep the `topK` most probable tokens.
    package var topK: Int?
    /// Keep the most probable tokens whose probabilities add up to `topP`; over 0, at most 1.
    package var topP: Double?
    /// Drop tokens less probable than `minP` times the most probable one; from 0 to 1.
    package var minP: Double?
    /// Over 1 makes tokens of the last 64 less probable; 1 is off.
    package var repeatPenalty: Double?
    /// Where the random numbers start. Without one, the engine draws one and reports it in the result.
    package var seed: UInt32?

    package init(
        temperature: Double = 0.8, topK: Int? = 40, topP: Double? = 0.95, minP: Double? = 0.05,
        repeatPenalty: Double? = nil, seed: UInt32? = nil
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repeatPenalty = repeatPenalty
        self.seed = seed
    }

    package static let greedy = SamplerSettings(temperature: 0, topK: nil, topP: nil, minP: nil)

    /// Whether the same model and prompt always give the same answer.
    package var isGreedy: Bool { temperature == 0 }
}
