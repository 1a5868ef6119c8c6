import Jinja

/// `parse:` takes data out of an answer.
package struct ParseStep: StepKind {
    package enum Format: String, Sendable, CaseIterable {
        case json
    }

    package var text = TemplatedText.constant("")
    package var format = Format.json
    package var require: [String] = []

    package init() {}

    package static let key = "parse"
    package static let summary = """
        Takes data out of a model's answer: the text itself as JSON, else the JSON in a code fence, else the first \
        whole JSON list or mapping between other words.
        """
    package static let shorthand: String? = "text"
    package static let fields: [Field<Self>] = [
        .required("text", \.text, .text, "The text to take the data from."),
        .optional("as", \.format, .choice(), default: "json", "What the text holds."),
        .optional(
            "require", \.require, .array(of: .name, named: "keys"), default: nil,
            "Keys that the data, then a mapping, must have."),
    ]
    package static let outputs: [Shape.Member] = [
        .init("data", .any, "The data."),
        .init("exact", .boolean, "Whether the whole text was the data, with nothing around it."),
    ]
}
