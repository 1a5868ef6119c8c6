/// The colours and fonts of charts, for light and for dark pages.
enum ChartStyle {
    static let titleSize = 16.0
    static let textSize = 12.0
    static let markSize = 11.0

    /// After Okabe and Ito, whose colours differ for colour-blind people too, made to stand out from the background.
    private static let light = [
        "#0072b2", "#d55e00", "#00875f", "#b0569b", "#a87900", "#3b9bd9", "#4a4f55", "#8a1f4d",
    ]
    private static let dark = [
        "#56a8e0", "#f0863c", "#2cc79a", "#e39bcd", "#e8c24a", "#a9d8f7", "#b9c0c7", "#e0668f",
    ]

    /// Classes and no variables, which not every program that shows SVG knows.
    static let sheet: String = {
        let common = """
            text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
            .title { font-size: 16px; font-weight: 600; }
            .name { font-size: 12px; }
            .mark { font-size: 11px; font-variant-numeric: tabular-nums; }
            .grid { stroke-width: 1; fill: none; }
            .axis { stroke-width: 1; fill: none; }
            .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
            .dashed { stroke-dasharray: 6 5; }
            .pale { fill-opacity: 0.35; stroke-width: 1.5; }
            .hollow { fill-opacity: 0; stroke-width: 1.5; }
            .dot { fill-opacity: 0.75; }
            """
        let bright = colours(
            background: "#ffffff", text: "#1f2328", faint: "#57606a", grid: "#e2e5e9", axis: "#8c959f", light)
        let night = colours(
            background: "#16191d", text: "#e6e8eb", faint: "#a3abb4", grid: "#2c3138", axis: "#6e7681", dark)
        return common + "\n" + bright + "\n@media (prefers-color-scheme: dark) {\n" + night + "\n}"
    }()

    static func fill(_ series: Int) -> String {
        "f\(series % Chart.colours)"
    }

    static func stroke(_ series: Int) -> String {
        "s\(series % Chart.colours)"
    }

    /// Whether the colour of a series comes for the second time.
    static func isSecond(_ series: Int) -> Bool { series >= Chart.colours }

    private static func colours(
        background: String, text: String, faint: String, grid: String, axis: String, _ series: [String]
    ) -> String {
        let lines = [
            ".background { fill: \(background); }", ".title, .name { fill: \(text); }", ".mark { fill: \(faint); }",
            ".grid { stroke: \(grid); }", ".axis { stroke: \(axis); }",
        ]
        let marks = series.enumerated().map { ".f\($0) { fill: \($1); } .s\($0) { stroke: \($1); }" }
        return (lines + marks).joined(separator: "\n")
    }
}
