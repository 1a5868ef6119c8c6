import Inference

/// How many sequences a model decodes side by side, and how many tokens its cache holds for all of them.
struct CachePlan: Sendable, Hashable {
    /// Those that are at work.
    var parallel: Int
    /// Those that have ended and are kept for others with the same beginning. Few: every token is compared with all that
    /// is in the cache, if only to find that it is not its business.
    var kept: Int
    /// The tokens of all of them.
    var cells: Int

    var sequences: Int { parallel + kept }

    /// As many full contexts are held as this, where there is memory: answers are seldom as long as they may be.
    private static let contexts = 4
    /// Where nothing is said. More share the reading of the weights, but each then waits longer for its next token.
    private static let standardParallel = 16
    /// libllama's limit.
    static let mostSequences = 64

    /// - Parameters:
    ///   - positions: The tokens that must fit for one sequence.
    ///   - parallel: What the configuration says.
    ///   - available: Bytes for the cache; `nil` if unknown.
    ///   - bytesPerToken: In the cache.
    init(positions: Int, parallel: Int?, metadata: GGUFMetadata, available: Int?, bytesPerToken: Int) {
        // A cache of states and not of tokens is as large for each sequence, and of no use to others.
        let hasStates = metadata.hasStateCache
        self.parallel = min(max(1, parallel ?? Self.standardParallel), Self.mostSequences)
        kept = hasStates ? 0 : min(max(4, self.parallel / 4), Self.mostSequences - self.parallel)
        let wanted = positions * min(self.parallel, Self.contexts)
        let most = available.map { $0 / 2 / max(1, bytesPerToken) } ?? wanted
        cells = max(positions, min(wanted, most)) / 256 * 256
        if cells < positions { cells += 256 }
    }
}
