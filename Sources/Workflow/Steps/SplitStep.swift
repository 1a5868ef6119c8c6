import Jinja

/// `split:` cuts a text into chunks that fit a model.
package struct SplitStep: StepKind {
    /// What a chunk is made of.
    package enum Unit: String, Sendable, CaseIterable {
        case tokens, sentences, lines
    }

    package var text = TemplatedText.constant("")
    package var unit = Unit.tokens
    package var size = 512
    package var overlap = 0

    package init() {}

    package static let key = "split"
    package static let summary = """
        Cuts a text into chunks of at most so many tokens, sentences or lines. Tokens are those of the step's model, \
        else of the workflow's or the configuration's default model. The chunks together hold the whole text.
        """
    package static let shorthand: String? = "text"
    package static let fields: [Field<Self>] = [
        .required("text", \.text, .text, "The text to cut."),
        .optional("by", \.unit, .choice(), default: "tokens", "What is counted: `tokens`, `sentences` or `lines`."),
        .optional("size", \.size, .integer(1...1_000_000), default: 512, "The most that a chunk holds."),
        .optional(
            "overlap", \.overlap, .integer(0...999_999), default: 0,
            "How much of the end of a chunk is repeated at the beginning of the next; less than `size`."),
    ]
    package static let outputs: [Shape.Member] = [
        .init(
            "chunks",
            .list(
                of: .mapping([
                    .init("text", .text, "The chunk's text."),
                    .init("index", .integer, "Its place, from 0."),
                    .init("start", .integer, "Where it begins in the text, in characters."),
                    .init("size", .integer, "How many tokens, sentences or lines it holds."),
                ])), "The chunks, in order."),
        .init("count", .integer, "How many there are."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if overlap >= size {
            decoding.report("the `overlap` of \(overlap) is not less than the `size` of \(size)", at: place)
        }
    }
}
