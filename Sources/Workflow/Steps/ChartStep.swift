import Foundation
import Jinja

/// `chart:` draws rows as a picture.
package struct ChartStep: StepKind {
    package enum Kind: String, Sendable, CaseIterable {
        case bar, line, scatter, histogram
    }

    package var path = TemplatedText.constant("")
    package var kind = Kind.bar
    package var rows = TemplatedValue.list([])
    package var x = ""
    package var y: [String]?
    package var group: String?
    package var title: TemplatedText?
    package var horizontalTitle: TemplatedText?
    package var verticalTitle: TemplatedText?
    package var bins: Int?
    package var isStacked = false
    package var width = 800
    package var height = 450

    /// More are not told apart.
    package static let mostSeries = 16

    package init() {}

    package static let key = "chart"
    package static let summary = """
        Draws rows as a chart and writes it as an SVG file, which browsers show and Markdown embeds. It follows the \
        light or dark colours of the reader. The file is written as `write` does it: whole, and inside the project folder.
        """
    package static let fields: [Field<Self>] = [
        .required("path", \.path, .someText, "The SVG file, below the project folder."),
        .required("kind", \.kind, .choice(), "What is drawn: `bar`, `line`, `scatter` or `histogram`."),
        .required(
            "rows", \.rows, .list(of: "mappings"), "The data: mappings with the same keys, which are the columns."),
        .required(
            "x", \.x, .column,
            "The column along the horizontal axis: categories of `bar`; numbers, dates or texts of `line`; numbers or dates of `scatter`; the numbers that `histogram` counts."
        ),
        .optional(
            "y", \.y, .columns,
            "The column of the heights, or a list of columns, each of which is a series. Without it, `bar` counts the rows of each category."
        ),
        .optional(
            "group", \.group, .column,
            "A column each value of which is a series, where the rows of all series stand below each other."),
        .optional("title", \.title, .text, "Stands above the chart."),
        .optional(
            "x_title", \.horizontalTitle, .text, "Stands below the horizontal axis; without it, the name of the column."
        ),
        .optional(
            "y_title", \.verticalTitle, .text, "Stands beside the vertical axis; without it, the name of the column."),
        .optional(
            "bins", \.bins, .integer(1...200),
            "How many bars a `histogram` has. Without it the rule of Freedman and Diaconis decides, or that of Sturges where half of the values are equal; their width is then a round number."
        ),
        .optional(
            "stacked", \.isStacked, .boolean, default: false,
            "Whether the series of a `bar` chart stand on top of each other, not side by side."),
        .optional("width", \.width, .integer(320...4000), default: 800, "In pixels, before it is scaled."),
        .optional("height", \.height, .integer(200...4000), default: 450, "In pixels, before it is scaled."),
    ]
    package static let outputs: [Shape.Member] = [
        .init("path", .text, "The file's path."),
        .init("bytes", .integer, "The size of the file, in bytes."),
        .init("sha256", .text, "The digest of the file, in hexadecimal digits."),
        .init("rows", .integer, "How many rows were drawn."),
        .init("warnings", .list(of: .text), "What was left out, such as rows without a value."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if case .constant(let name) = path, URL(filePath: name).pathExtension.lowercased() != "svg" {
            decoding.report("a chart is an SVG file: end the `path` with `.svg`", at: place)
        }
        switch kind {
        case .histogram:
            if y != nil {
                decoding.report("a `histogram` counts the values of `x`: leave out `y`, or take `kind: bar`", at: place)
            }
            if group != nil { decoding.report("a `histogram` has one series: leave out `group`", at: place) }
        case .line, .scatter:
            if y == nil { decoding.report("a chart of the kind `\(kind.rawValue)` needs the key `y`", at: place) }
        case .bar: break
        }
        if bins != nil, kind != .histogram {
            decoding.report("`bins` belongs to `kind: histogram`, not to `\(kind.rawValue)`", at: place)
        }
        if isStacked, kind != .bar {
            decoding.report("`stacked` belongs to `kind: bar`, not to `\(kind.rawValue)`", at: place)
        }
        validateSeries(at: place, decoding)
    }

    /// Whether the series come from one place.
    private func validateSeries(at place: Place, _ decoding: Decoding) {
        let columns = y ?? []
        if let twice = columns.first(where: { name in columns.count { $0 == name } > 1 }) {
            decoding.report("`y` names the column `\(twice)` twice", at: place)
        }
        if columns.count > Self.mostSeries {
            decoding.report(
                "a chart has at most \(Self.mostSeries) series, and `y` names \(columns.count) columns", at: place)
        }
        if columns.count > 1, group != nil {
            decoding.report(
                "the series are the columns of `y` or the values of `group`, not both: give one column to `y`",
                at: place)
        }
        if isStacked, kind == .bar, columns.count < 2, group == nil {
            decoding.report(
                "there is nothing to stack: give several columns to `y`, or `group` a column of series", at: place)
        }
    }
}
