/// `embed:` turns texts into vectors.
package struct EmbedStep: StepKind {
    package var texts = TemplatedValue.list([])

    package init() {}

    package static let key = "embed"
    package static let summary = """
        Turns texts into vectors of length 1, which are the nearer to each other the more alike the texts are in meaning. \
        Expressions compare them with `similarity` and `nearest`. The model is chosen as for `prompt`.
        """
    package static let shorthand: String? = "texts"
    package static let isRetriedByDefault = true
    package static let asksModel = true
    package static let fields: [Field<Self>] = [
        .required("texts", \.texts, .texts, "The texts: a list, or one.")
    ]
    package static let outputs: [Shape.Member] = [
        .init("vectors", .list(of: .list(of: .number)), "One vector for each text, in order."),
        .init("vector", .list(of: .number), "The first of them."),
        .init("count", .integer, "How many there are."),
        .init("dimensions", .integer, "The length of each as a list."),
        .init("model", .text, "The model that made them."),
        .init("prompt_tokens", .integer, "The length of all texts in tokens."),
    ]
}
