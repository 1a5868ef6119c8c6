/// What a decode call costs, as it was measured: so much for the call, and so much more for each token in it.
struct StepCost {
    /// Sums over the calls so far, each of which weighs less the longer it is ago.
    private var weight = 0.0
    private var tokens = 0.0
    private var seconds = 0.0
    private var tokensSquared = 0.0
    private var product = 0.0

    /// What is left of a call's weight at the next one.
    private static let memory = 0.98
    /// As long as nothing is known: what a call costs for itself, in tokens.
    private static let usual = 4.0

    /// - Parameter count: The tokens of a call that had none of prompts: of those so many are evaluated at once that each
    ///   costs less.
    mutating func note(tokens count: Int, seconds time: Double) {
        let size = Double(count)
        weight = weight * Self.memory + 1
        tokens = tokens * Self.memory + size
        seconds = seconds * Self.memory + time
        tokensSquared = tokensSquared * Self.memory + size * size
        product = product * Self.memory + size * time
    }

    /// How probable a drafted token must be to be worth its evaluation: what it costs, against what it saves, which is
    /// a token in a later call and the sequence's part of the call itself.
    ///
    /// - Parameter sequences: How many share a call.
    func worthwhile(sequences: Int) -> Double { 1 / (1 + callCost / Double(max(1, sequences))) }

    /// What a call costs for itself, in tokens.
    private var callCost: Double {
        let mean = tokens / max(weight, 1)
        let spread = tokensSquared / max(weight, 1) - mean * mean
        // As long as all calls were alike, nothing is known.
        guard weight > 8, spread > 0.05 * mean * mean else { return Self.usual }
        let perToken = (product / weight - mean * seconds / weight) / spread
        let perCall = seconds / weight - perToken * mean
        guard perToken > 0 else { return Self.usual }
        return min(max(0, perCall / perToken), 64)
    }
}
