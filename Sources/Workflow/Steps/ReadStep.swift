import Jinja

/// `read:` takes a file in.
package struct ReadStep: StepKind {
    /// How a file's text becomes data.
    package enum Format: String, Sendable, CaseIterable {
        case text, json, jsonl, csv, tsv
    }

    package var path = TemplatedText.constant("")
    package var format: Format?
    package var largest = 64 << 20

    package init() {}

    package static let key = "read"
    package static let summary = """
        Reads a file as UTF-8 text and, for `json`, `jsonl`, `csv` and `tsv`, as data.
        """
    package static let shorthand: String? = "path"
    package static let fields: [Field<Self>] = [
        .required("path", \.path, .someText, "The file, below the project folder or absolute."),
        .optional(
            "as", \.format, .choice(),
            "How the text becomes data; without it the file's extension decides, and an unknown one means `text`."),
        .optional(
            "max_bytes", \.largest, .integer(1...Int.max), default: 67_108_864,
            "A larger file is an error, so that one odd file cannot fill the memory."),
    ]
    package static let outputs: [Shape.Member] = [
        .init("text", .text, "The whole text."),
        .init(
            "data", .any,
            "The data: a value for `json`, a list of values for `jsonl`, a list of mappings from column to value for `csv` and `tsv`, where numbers are numbers and an empty field is null."
        ),
        .init("columns", .list(of: .text), "The names of the columns, for `csv` and `tsv`."),
        .init("path", .text, "The file's path."),
        .init("bytes", .integer, "The file's size in bytes."),
        .init("sha256", .text, "The digest of the file's content, in hexadecimal digits."),
    ]
}
