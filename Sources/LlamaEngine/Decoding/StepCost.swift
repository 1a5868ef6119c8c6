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
    func worthwhile(sequences: Int) -> Double {
        let spread = weight * tokensSquared - tokens * tokens
        // As long as all calls were alike, nothing is known.
        guard weight > 4, spread > 1e-9 * max(1, tokensSquared * weight) else { return 0.5 }
        let perToken = (weight * product - tokens * seconds) / spread
        let perCall = (seconds - perToken * tokens) / weight
        guard perToken > 0 else { return 0 }
        guard perCall > 0 else { return 1 }
        return perToken / (perToken + perCall / Double(max(1, sequences)))
    }
}
