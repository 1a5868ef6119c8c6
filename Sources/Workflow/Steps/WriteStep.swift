import Jinja

/// `write:` puts a file in its place.
package struct WriteStep: StepKind {
    package enum Format: String, Sendable, CaseIterable {
        case text, json, jsonl, csv, tsv, yaml
    }

    package enum Mode: String, Sendable, CaseIterable {
        case replace, create, append
    }

    package var path = TemplatedText.constant("")
    package var text: TemplatedText?
    package var data: TemplatedValue?
    package var rows: TemplatedValue?
    package var columns: [String]?
    package var format: Format?
    package var mode = Mode.replace

    package init() {}

    package static let key = "write"
    package static let summary = """
        Writes a file whole: readers see the old file or the new one, never a part. Or appends whole lines to one, once, \
        however often the run is interrupted. Missing folders are made. Paths outside the project folder are refused \
        unless allowed by `--allow-write` or `write_roots`.
        """
    package static let fields: [Field<Self>] = [
        .required("path", \.path, .someText, "The file, below the project folder."),
        .optional("text", \.text, .text, "The file's text."),
        .optional("data", \.data, .value, "A value, written as JSON or YAML."),
        .optional(
            "rows", \.rows, .list(of: "mappings"), "Mappings, written as a table or as one JSON value a line."),
        .optional(
            "columns", \.columns, .array(of: .name, named: "columns"),
            "The columns of a table and their order; without it every key of the rows, in order of appearance."),
        .optional(
            "format", \.format, .choice(),
            "Without it the path's extension decides: `.csv`, `.tsv`, `.json`, `.jsonl`, `.yaml`; else text is text, data JSON, and rows CSV."
        ),
        .optional(
            "mode", \.mode, .choice(), default: "replace",
            "`replace` takes the place of a file that is there; `create` refuses to; `append` adds to its end, and ends the last line."
        ),
    ]
    package static let outputs: [Shape.Member] = [
        .init("path", .text, "The file's path."),
        .init("bytes", .integer, "The size of what was written, in bytes."),
        .init("sha256", .text, "The digest of what was written, in hexadecimal digits."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        let given = [text.map { _ in "text" }, data.map { _ in "data" }, rows.map { _ in "rows" }].compactMap { $0 }
        guard given.count == 1 else {
            let found =
                given.isEmpty ? "none is there" : "there are " + given.map { "`\($0)`" }.joined(separator: " and ")
            decoding.report("`write` takes one of `text`, `data` and `rows`, and \(found)", at: place)
            return
        }
        if columns != nil, rows == nil {
            decoding.report("`columns` belongs to `rows`, which is not there", at: place)
        }
        if text != nil, format != nil, format != .text {
            decoding.report("`text` is written as it is: leave out `format`, or give `data` or `rows`", at: place)
        }
        if rows != nil, format == .text {
            decoding.report("`rows` are written as `csv`, `json`, `jsonl` or `yaml`, not as `text`", at: place)
        }
        if mode == .append, format == .json {
            decoding.report(
                "a file of `json` is one value, to which nothing can be appended: take `jsonl`", at: place)
        }
    }
}
