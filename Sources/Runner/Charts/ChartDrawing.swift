/// Draws a chart as SVG.
struct ChartDrawing {
    let chart: Chart
    let layout: ChartLayout
    var svg = SVGText()

    /// - Throws: ``StepFailure`` where the chart is too small for its texts.
    static func svg(of chart: Chart) throws(StepFailure) -> String {
        var drawing = ChartDrawing(chart: chart, layout: try ChartLayout(chart))
        drawing.draw()
        return drawing.svg.text
    }

    private init(chart: Chart, layout: ChartLayout) {
        self.chart = chart
        self.layout = layout
    }

    private mutating func draw() {
        let width = SVGText.number(chart.width)
        let height = SVGText.number(chart.height)
        svg.open(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(width) \(height)"), ("width", width),
                ("height", height), ("role", "img"),
            ])
        svg.element("title", [], chart.title.isEmpty ? chart.summary : chart.title)
        svg.element("desc", [], chart.summary)
        svg.style(ChartStyle.sheet)
        svg.element("rect", [("class", "background"), ("width", width), ("height", height)])
        drawTitles()
        drawLegend()
        drawGrid()
        drawMarks()
        drawAxis()
        svg.close("svg")
    }

    private mutating func drawTitles() {
        if !chart.title.isEmpty {
            let label = ChartLayout.label(
                chart.title, at: 0, room: chart.width - 2 * ChartLayout.edge, size: ChartStyle.titleSize * 1.08)
            write(label, "title", x: ChartLayout.edge, y: ChartLayout.edge + 15)
        }
        if !chart.horizontalTitle.isEmpty {
            let label = ChartLayout.label(
                chart.horizontalTitle, at: 0, room: layout.right - layout.left, size: ChartStyle.textSize)
            write(
                label, "name", x: (layout.left + layout.right) / 2, y: chart.height - 10,
                [("text-anchor", "middle")])
        }
        if !chart.verticalTitle.isEmpty {
            let label = ChartLayout.label(
                chart.verticalTitle, at: 0, room: layout.bottom - layout.top, size: ChartStyle.textSize)
            let y = (layout.top + layout.bottom) / 2
            write(
                label, "name", x: 20, y: y,
                [("text-anchor", "middle"), ("transform", "rotate(-90 20 \(SVGText.number(y)))")])
        }
    }

    private mutating func drawLegend() {
        for entry in layout.legend {
            let isSecond = ChartStyle.isSecond(entry.series)
            switch chart.content {
            case .lines:
                let y = SVGText.number(entry.y)
                let classes = "line \(ChartStyle.stroke(entry.series))" + (isSecond ? " dashed" : "")
                let start = SVGText.number(entry.x)
                svg.element("path", [("class", classes), ("d", "M\(start) \(y)h14")])
            case .scatter:
                drawDot(x: entry.x + 7, y: entry.y, series: entry.series, radius: 4.5, tooltip: nil)
            case .bars, .histogram:
                drawBar(
                    x: entry.x, y: entry.y - 6, width: 12, height: 12, series: entry.series, kind: "key", tooltip: nil)
            }
            write(entry.label, "name", x: entry.x + 20, y: entry.y + 4)
        }
    }

    private mutating func drawGrid() {
        let left = SVGText.number(layout.left)
        for tick in layout.vertical.ticks {
            svg.element(
                "path",
                [
                    ("class", "grid"),
                    ("d", "M\(left) \(SVGText.number(layout.y(tick)))H\(SVGText.number(layout.right))"),
                ])
        }
        for label in layout.verticalLabels {
            write(label, "mark", x: layout.left - 8, y: label.place + 3.9, [("text-anchor", "end")])
        }
    }

    /// The zero line or the lower edge, and what is below.
    private mutating func drawAxis() {
        let start = SVGText.number(layout.left)
        let end = SVGText.number(layout.right)
        let bottom = SVGText.number(layout.bottom)
        if chart.content.isEmpty {
            svg.element(
                "path",
                [("class", "axis"), ("d", "M\(start) \(SVGText.number(layout.top))H\(end)V\(bottom)H\(start)Z")])
            write(
                ChartLayout.Label(place: 0, text: "no data"), "name", x: (layout.left + layout.right) / 2,
                y: (layout.top + layout.bottom) / 2 + 4, [("text-anchor", "middle")])
            return
        }
        let hasZero = layout.vertical.low <= 0 && layout.vertical.high >= 0
        let base = SVGText.number(hasZero ? layout.y(0) : layout.bottom)
        svg.element("path", [("class", "axis"), ("d", "M\(start) \(base)H\(end)")])
        for tick in layout.horizontal?.ticks ?? [] {
            svg.element("path", [("class", "axis"), ("d", "M\(SVGText.number(layout.x(tick))) \(bottom)v5")])
        }
        for label in layout.horizontalLabels {
            guard layout.isTurned else {
                write(label, "mark", x: label.place, y: layout.bottom + 19, [("text-anchor", "middle")])
                continue
            }
            let x = label.place + 4
            let y = layout.bottom + 15
            write(
                label, "mark", x: x, y: y,
                [
                    ("text-anchor", "end"),
                    ("transform", "rotate(-45 \(SVGText.number(x)) \(SVGText.number(y)))"),
                ])
        }
    }

    private mutating func write(
        _ label: ChartLayout.Label, _ kind: String, x: Double, y: Double, _ more: [(String, String)] = []
    ) {
        svg.element(
            "text", [("class", kind), ("x", SVGText.number(x)), ("y", SVGText.number(y))] + more, label.text,
            tooltip: label.whole)
    }
}
