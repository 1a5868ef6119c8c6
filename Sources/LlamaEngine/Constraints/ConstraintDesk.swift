import Inference
import Jinja
import Logging

/// Makes the constraints of a model's requests. What a grammar has cost to read serves all requests with the same one.
///
/// Belongs to the decode thread of its model.
final class ConstraintDesk {
    private let vocabulary: Vocabulary
    private let reference: String
    private let logger: Logger
    private lazy var table = TokenTable(vocabulary)
    private var known: [GrammarChoice: TokenGrammar] = [:]

    private static let mostKnown = 16

    init(_ vocabulary: Vocabulary, reference: String, logger: Logger) {
        self.vocabulary = vocabulary
        self.reference = reference
        self.logger = logger
    }

    /// - Returns: `nil` where the request may be answered with anything.
    func constraint(_ request: GenerationRequest) throws(EngineError) -> Constraint? {
        guard let choice = request.grammarChoice else { return nil }
        if let grammar = known[choice], !grammar.isLarge { return Constraint(grammar) }
        do {
            let source = try choice.gbnf()
            for gap in source.unconstrained {
                logger.warning("the answers of \(reference) are not held to \(gap): only the check finds it")
            }
            let grammar = TokenGrammar(try Grammar(gbnf: source.gbnf), table: table, vocabulary: vocabulary)
            if known.count >= Self.mostKnown { known = [:] }
            known[choice] = grammar
            return Constraint(grammar)
        } catch {
            throw EngineError(.invalidRequest, "The answer cannot be held to what was asked: \(error).")
        }
    }
}
