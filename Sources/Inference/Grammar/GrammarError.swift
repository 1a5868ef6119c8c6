/// What is wrong with a grammar, in a sentence without a full stop.
package struct GrammarError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
