extension ChartDrawing {
    mutating func drawMarks() {
        guard !chart.content.isEmpty else { return }
        switch chart.content {
        case .bars(let categories, let series, let isStacked): drawBars(categories, series, isStacked)
        case .lines(let axis, let series):
            for (index, one) in series.enumerated() { drawLine(one, axis, index) }
        case .scatter(let axis, let series):
            for (index, one) in series.enumerated() { drawDots(one, axis, index, radius: 3.5) }
        case .histogram(let bins): drawHistogram(bins)
        }
    }

    mutating func drawBar(
        x: Double, y: Double, width: Double, height: Double, series: Int, kind: String, tooltip: String?
    ) {
        let look = ChartStyle.isSecond(series) ? " pale \(ChartStyle.stroke(series))" : ""
        svg.element(
            "rect",
            [
                ("class", "\(kind) \(ChartStyle.fill(series))\(look)"), ("x", SVGText.number(x)),
                ("y", SVGText.number(y)), ("width", SVGText.number(width)), ("height", SVGText.number(height)),
            ], tooltip: tooltip)
    }

    mutating func drawDot(x: Double, y: Double, series: Int, radius: Double, tooltip: String?) {
        let look = ChartStyle.isSecond(series) ? "hollow \(ChartStyle.stroke(series))" : "dot"
        svg.element(
            "circle",
            [
                ("class", "\(look) \(ChartStyle.fill(series))"), ("cx", SVGText.number(x)), ("cy", SVGText.number(y)),
                ("r", SVGText.number(radius)),
            ], tooltip: tooltip)
    }

    /// Beyond so many marks no one points at a single one.
    private static let mostTooltips = 2000
    /// Beyond so many points on a line they are no more seen.
    private static let mostDots = 60
    private static let widestBar = 90.0

    private mutating func drawBars(
        _ categories: [String], _ series: [(name: String, values: [Double?])], _ isStacked: Bool
    ) {
        let step = (layout.right - layout.left) / Double(max(categories.count, 1))
        let beside = isStacked ? 1 : max(series.count, 1)
        let width = min(step * 0.8 / Double(beside), Self.widestBar)
        for (place, category) in categories.enumerated() {
            let start = layout.x(category: place, of: categories.count) - width * Double(beside) / 2
            var above = 0.0
            var below = 0.0
            for (index, one) in series.enumerated() {
                guard let value = one.values[place] else { continue }
                var base = 0.0
                if isStacked {
                    base = value < 0 ? below : above
                    if value < 0 { below += value } else { above += value }
                }
                let edges = (layout.y(base), layout.y(base + value))
                let name = series.count > 1 ? "\(category), \(one.name)" : category
                drawBar(
                    x: start + (isStacked ? 0 : Double(index) * width), y: min(edges.0, edges.1),
                    width: width * (beside > 1 ? 0.94 : 1), height: (edges.0 - edges.1).magnitude, series: index,
                    kind: "bar", tooltip: "\(name): \(ChartNumbers.text(value))")
            }
        }
    }

    private mutating func drawHistogram(_ bins: [HistogramBin]) {
        for bin in bins {
            let left = layout.x(bin.low)
            let width = layout.x(bin.high) - left
            let top = layout.y(Double(bin.count))
            let range = "\(ChartNumbers.text(bin.low)) to \(ChartNumbers.text(bin.high))"
            drawBar(
                x: left + min(0.75, width * 0.1), y: top, width: width - 2 * min(0.75, width * 0.1),
                height: layout.bottom - top, series: 0, kind: "bar", tooltip: "\(range): \(bin.count)")
        }
    }

    private mutating func drawLine(_ series: Chart.Series, _ axis: Chart.Horizontal, _ index: Int) {
        var path = ""
        var isBegun = false
        for point in series.points {
            guard let y = point.y else {
                isBegun = false
                continue
            }
            let place = "\(SVGText.number(x(point.x, axis))) \(SVGText.number(layout.y(y)))"
            path += (isBegun ? "L" : "M") + place
            isBegun = true
        }
        guard !path.isEmpty else { return }
        let classes = "line \(ChartStyle.stroke(index))" + (ChartStyle.isSecond(index) ? " dashed" : "")
        svg.element("path", [("class", classes), ("d", path)])
        let shown = series.points.count <= Self.mostDots ? series.points : Self.lonely(series.points)
        drawDots(Chart.Series(name: series.name, points: shown), axis, index, radius: 3)
    }

    /// Points between gaps, through which no line goes.
    private static func lonely(_ points: [Chart.Point]) -> [Chart.Point] {
        points.indices.filter { index in
            points[index].y != nil && (index == 0 || points[index - 1].y == nil)
                && (index + 1 == points.count || points[index + 1].y == nil)
        }.map { points[$0] }
    }

    private mutating func drawDots(_ series: Chart.Series, _ axis: Chart.Horizontal, _ index: Int, radius: Double) {
        let hasTooltips = series.points.count <= Self.mostTooltips
        for point in series.points {
            guard let y = point.y else { continue }
            let name = chart.content.legend.isEmpty ? "" : "\(series.name), "
            let tooltip = hasTooltips ? "\(name)\(axis.text(point.x)): \(ChartNumbers.text(y))" : nil
            drawDot(x: x(point.x, axis), y: layout.y(y), series: index, radius: radius, tooltip: tooltip)
        }
    }

    private func x(_ value: Double, _ axis: Chart.Horizontal) -> Double {
        guard case .texts(let texts) = axis else { return layout.x(value) }
        return layout.x(category: Int(value), of: texts.count)
    }
}
