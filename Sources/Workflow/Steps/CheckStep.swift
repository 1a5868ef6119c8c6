/// `check:` fails the run unless something holds.
package struct CheckStep: StepKind {
    package var condition: Condition?
    package var message: TemplatedText?

    package init() {}

    package static let key = "check"
    package static let summary = """
        Fails unless an expression is true, so that a wrong result stops the run instead of being written.
        """
    package static let shorthand: String? = "that"
    package static let fields: [Field<Self>] = [
        .required("that", \.condition, .condition, "The expression that must be true."),
        .optional("message", \.message, .text, "The error when it is not; without it the expression itself."),
    ]
    package static let outputs: [Shape.Member] = []
}
