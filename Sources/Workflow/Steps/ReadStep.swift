import Jinja

/// `read:` takes a file in.
package struct ReadStep: StepKind {
    /// How a file's text becomes data.
    package enum Format: String, Sendable, CaseIterable {
        case text, json, jsonl, csv, tsv, yaml, html, pdf, docx, odt, rtf, epub, image
    }

    package var path = TemplatedText.constant("")
    package var format: Format?
    package var largest = 64 << 20

    package init() {}

    package static let key = "read"
    package static let summary = """
        Reads a file as text and, for `json`, `jsonl`, `csv`, `tsv` and `yaml`, as data. Of web pages and documents the text \
        is read that a person sees: PDF needs `pdftotext`, Word, OpenDocument, RTF and EPUB need `pandoc`. Text that is \
        no UTF-8 is recognised by its byte order mark, as UTF-16, or taken for Latin-1 with a warning. A picture is looked \
        at, so that what is none fails here; its `path` goes to the `images` of a prompt.
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
            "The data: a value for `json`, a list of values for `jsonl`, a value for `yaml`, a list of mappings from column to value for `csv` and `tsv`, where numbers are numbers, `true` and `false` are booleans, and an empty field is null."
        ),
        .init("pages", .list(of: .text), "The texts of the pages, for `pdf`."),
        .init("title", .text, "The title of the page, for `html`."),
        .init("type", .text, "The type of a picture: `image/png`, …, for `image`; it has no text."),
        .init("encoding", .text, "The encoding of the text: `utf-8`, `utf-16le`, `windows-1252`, …"),
        .init("warnings", .list(of: .text), "What was guessed, and may be wrong."),
        .init("columns", .list(of: .text), "The names of the columns, for `csv` and `tsv`."),
        .init("path", .text, "The file's path."),
        .init("bytes", .integer, "The file's size in bytes."),
        .init("sha256", .text, "The digest of the file's content, in hexadecimal digits."),
    ]
}

extension ReadStep.Format {
    /// What a file of this extension is; one that is not known is text.
    package init(fileExtension name: String) {
        switch name.lowercased() {
        case "yml": self = .yaml
        case "htm", "xhtml": self = .html
        case "ndjson": self = .jsonl
        case "png", "jpg", "jpeg", "gif", "webp": self = .image
        default: self = Self(rawValue: name.lowercased()) ?? .text
        }
    }

    /// Whether a file of it can hold a list of rows.
    var isTable: Bool { [.json, .jsonl, .csv, .tsv, .yaml].contains(self) }
}
