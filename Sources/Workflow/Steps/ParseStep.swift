import Jinja

/// `parse:` takes data out of an answer.
package struct ParseStep: StepKind {
    package enum Format: String, Sendable, CaseIterable {
        case json, jsonl, yaml, csv, lines, code, number, choice, regex
        case markdownSection = "markdown_section"
    }

    package var text = TemplatedText.constant("")
    package var format = Format.json
    package var schema: TemplatedValue?
    package var require: [String] = []
    package var choices: [TemplatedText] = []
    package var pattern: String?
    package var section: TemplatedText?
    package var language: String?
    package var allowTruncated = false
    package var onInvalid = InvalidAnswerRule.fail

    package init() {}

    package static let key = "parse"
    package static let summary = """
        Takes data out of a model's answer, from between its words and code fences. What is damaged is mended where its \
        meaning is clear, each mending is named in `repairs`, and what is not clear fails the step.
        """
    package static let shorthand: String? = "text"
    package static let fields: [Field<Self>] = [
        .required("text", \.text, .text, "The text to take the data from."),
        .optional(
            "as", \.format, .choice(), default: "json",
            "What the text holds: `json`, `jsonl` (a value a line), `yaml`, `csv` (with a line of columns), `lines` (a list, without its bullets), `code` (the first code fence), `number`, `choice` (one of `choices`), `regex` (the first match of `pattern`) or `markdown_section` (what stands below the heading `section`)."
        ),
        .optional(
            "schema", \.schema, .value,
            "A JSON Schema that the data have to fit. Of several values the one is taken that fits best; numbers, dates, words and shapes are converted as far as it allows."
        ),
        .optional(
            "require", \.require, .array(of: .name, named: "keys"), default: nil,
            "Keys that the data, then a mapping, must have."),
        .optional(
            "choices", \.choices, .array(of: .text, named: "texts"), default: nil,
            "For `choice`: what the text may be, in any case and punctuation, or named in a sentence."),
        .optional(
            "pattern", \.pattern, .name,
            "For `regex`: a regular expression. Its named groups give a mapping, its other groups a list, and without groups the match is the data."
        ),
        .optional("section", \.section, .someText, "For `markdown_section`: the text of the heading."),
        .optional("language", \.language, .name, "For `code`: only a fence that names this language counts."),
        .optional(
            "allow_truncated", \.allowTruncated, .boolean, default: false,
            "Whether a text that ends in the middle of a value is taken without that value's end."),
        .optional(
            "on_invalid", \.onInvalid, .invalidAnswerRule, default: "fail",
            "What happens where there are no data, or not such ones: `fail` fails the step, `keep` takes the data as they are, `null` takes null."
        ),
    ]
    package static let outputs: [Shape.Member] = [
        .init("data", .any, "The data."),
        .init("exact", .boolean, "Whether the whole text was the data, with nothing around it and nothing mended."),
        .init("repairs", .list(of: .text), "What was mended, by the names in [repairs](answers.md#repairs)."),
        .init("valid", .boolean, "Whether the data are what was asked for; false only with `on_invalid`."),
        .init("errors", .list(of: .text), "What is wrong with the data, where they are not valid."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        let needs: [(key: String, format: Format, isThere: Bool)] = [
            ("choices", .choice, !choices.isEmpty), ("pattern", .regex, pattern != nil),
            ("section", .markdownSection, section != nil),
        ]
        for need in needs where need.isThere != (format == need.format) {
            decoding.report(
                need.isThere
                    ? "`\(need.key)` belongs to `as: \(need.format.rawValue)`"
                    : "`as: \(need.format.rawValue)` needs `\(need.key)`", at: place)
        }
        if language != nil, format != .code { decoding.report("`language` belongs to `as: code`", at: place) }
    }
}
