import Jinja

/// `score:` compares an answer with what it should have been.
package struct ScoreStep: StepKind {
    package var answer = TemplatedValue.constant(.null)
    package var expected: TemplatedValue?
    package var atLeast: Double?
    package var condition: Condition?
    package var schema: TemplatedValue?
    package var isValid: Condition?

    package init() {}

    package static let key = "score"
    package static let summary = """
        Compares an answer with the one that is expected, or judges it by an expression. Where data are compared, and the \
        answer is text, they are taken out of it as by `parse`. A wrong answer is a result, and no failure.
        """
    package static let fields: [Field<Self>] = [
        .required("answer", \.answer, .value, "What the model answered: text or data."),
        .optional(
            "expected", \.expected, .value,
            "What it should have answered. Of a mapping, the keys that stand here are compared; what the answer has beside them does not count. Texts are compared without white space at their ends, and a number or a boolean with a text by how it is written."
        ),
        .optional(
            "at_least", \.atLeast, .number(0...1),
            "How similar the answer must be to `expected` to count as right, from 0 to 1; without it, it must be the same."
        ),
        .optional(
            "check", \.condition, .condition,
            "An expression that is true for a right answer; in it, `answer` is the answer, and `expected` what is expected. Without `expected` and `schema`, an answer that holds a mapping or a list is that. An answer for which it cannot be computed is wrong."
        ),
        .optional("schema", \.schema, .value, "A JSON Schema that the answer's data have to fit to be valid."),
        .optional(
            "valid", \.isValid, .condition,
            "An expression that is true for a valid answer, such as `steps.ID.valid` of the prompt or the `parse` that gave it."
        ),
    ]
    package static let outputs: [Shape.Member] = [
        .init("right", .boolean, "Whether the answer is right: valid, as expected, and as `check` wants it."),
        .init("valid", .boolean, "Whether the answer holds such data as are compared, and they fit the `schema`."),
        .init("exact", .boolean, "Whether the answer is the expected one; null where none is."),
        .init(
            "similarity", .number,
            "How similar the answer is to the expected one, from 0 to 1; null where none is. Texts by the share of characters that need no change, in any case and spacing, long ones by words; mappings by the mean of their keys, lists by the mean of their elements; all else is 1 where it is the same."
        ),
        .init("fields", .any, "For each key of an expected mapping, whether it is the same."),
        .init("answer", .any, "The answer as it was compared."),
        .init("errors", .list(of: .text), "Why the answer is not valid, or not right by `check`."),
    ]

    /// The names that `check` has beside those of every expression.
    package static let namesOfCheck: Set<String> = ["answer", "expected"]

    package func validate(at place: Place, _ decoding: Decoding) {
        if expected == nil, condition == nil, schema == nil {
            decoding.report("`score` needs `expected`, `check` or `schema`, by which an answer is judged", at: place)
        }
        if atLeast != nil, expected == nil {
            decoding.report("`at_least` belongs to `expected`", at: place)
        }
    }
}
