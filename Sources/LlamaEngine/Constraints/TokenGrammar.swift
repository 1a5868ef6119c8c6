import CLlama
import Inference

/// A grammar over the tokens of one model. What it has found out for one request, it knows for the others.
///
/// Belongs to the decode thread of its model.
final class TokenGrammar {
    let automaton: GrammarAutomaton
    private let table: TokenTable
    private let vocabulary: Vocabulary
    private var allowed: [GrammarAutomaton.State: TokenSet] = [:]

    /// A set for a large vocabulary is 20 KB.
    private static let mostSets = 512
    /// A state is up to 1 KB.
    private static let mostStates = 50_000

    init(_ grammar: Grammar, table: TokenTable, vocabulary: Vocabulary) {
        automaton = GrammarAutomaton(grammar)
        self.table = table
        self.vocabulary = vocabulary
    }

    /// Whether it knows so much that a new one had better begin anew.
    var isLarge: Bool { automaton.size > Self.mostStates }

    /// - Returns: the state behind a token; `nil` where it may not come. At the end nothing changes.
    func step(_ state: GrammarAutomaton.State, _ token: llama_token) -> GrammarAutomaton.State? {
        if vocabulary.isEndOfGeneration(token) { return automaton.isComplete(state) ? state : nil }
        guard !vocabulary.isControl(token) else { return nil }
        let bytes = vocabulary.bytes(token)
        return bytes.isEmpty ? nil : automaton.step(state, bytes)
    }

    /// The tokens that may come.
    func allowed(_ state: GrammarAutomaton.State) -> TokenSet {
        if let known = allowed[state] { return known }
        var set = TokenSet(size: table.vocabularySize)
        if automaton.isComplete(state) { for token in table.endTokens { set.insert(token) } }
        // The states behind each of the bytes that the token before began with, as far as they may come.
        var states = [state]
        for (index, token) in table.tokens.enumerated() {
            let shared = Int(table.shared[index])
            // As the one before it failed, so does this one.
            guard shared < states.count else { continue }
            states.removeLast(states.count - 1 - shared)
            let bytes = table.bytes(at: index)
            for byte in bytes.dropFirst(shared) {
                guard let last = states.last, let next = automaton.step(last, byte) else { break }
                states.append(next)
            }
            if states.count == bytes.count + 1 { set.insert(token) }
        }
        if allowed.count >= Self.mostSets { allowed = [:] }
        allowed[state] = set
        return set
    }

    /// The tokens of a text that has to come. As the tokenizer cuts it, where that gives the same text.
    func tokens(_ bytes: [UInt8]) -> [llama_token] {
        guard let tokens = try? vocabulary.tokenize(String(decoding: bytes, as: UTF8.self), hasControlTokens: false),
            tokens.flatMap({ vocabulary.bytes($0) }) == bytes
        else { return [] }
        return tokens
    }
}

/// What the answer of one request must keep to, and where it stands.
struct Constraint {
    private let grammar: TokenGrammar
    private var state: GrammarAutomaton.State

    /// Shorter ones are as quickly chosen as forced.
    private static let leastForced = 2

    init(_ grammar: TokenGrammar) {
        self.grammar = grammar
        state = grammar.automaton.start
    }

    func allows(_ token: llama_token) -> Bool { grammar.step(state, token) != nil }
    var allowed: TokenSet { grammar.allowed(state) }
    /// Whether nothing can come but the end.
    var isOver: Bool { grammar.automaton.isOver(state) }

    mutating func accept(_ token: llama_token) {
        if let next = grammar.step(state, token) { state = next }
    }

    /// What has to come next, whatever the model would choose.
    var forcedTokens: [llama_token] {
        let bytes = grammar.automaton.forced(state)
        return bytes.count >= Self.leastForced ? grammar.tokens(bytes) : []
    }
}
