/// A prompt after the chat template, with what a tokenizer must know of it.
package struct RenderedPrompt: Sendable, Hashable {
    /// A stretch of the prompt's text.
    package struct Piece: Sendable, Hashable {
        package var text: String
        /// Whether control tokens are recognised in it; where not, `<|im_end|>` is nothing but ten characters.
        package var hasControlTokens: Bool

        package init(text: String, hasControlTokens: Bool) {
            self.text = text
            self.hasControlTokens = hasControlTokens
        }
    }

    package var pieces: [Piece]

    /// The exact text.
    package var text: String { pieces.map(\.text).joined() }
}
