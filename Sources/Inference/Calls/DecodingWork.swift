/// What a generation has cost, in tokens and calls, where the engine tells.
package struct DecodingWork: Sendable, Hashable {
    /// Tokens of the prompt that were evaluated, also again.
    package var promptTokens = 0
    /// Tokens of the prompt that were in the cache already, from another call.
    package var reused = 0
    /// The decode calls that gave tokens of the answer.
    package var steps = 0
    /// Tokens that were guessed and evaluated beside.
    package var drafted = 0
    /// The guesses that were right.
    package var accepted = 0
    /// Tokens that had to come, by the schema or grammar, and were not chosen by the model.
    package var forced = 0

    package init() {}
}
