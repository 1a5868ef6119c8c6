/// Where the parts of a chart are, so that no text meets another.
struct ChartLayout: Sendable {
    /// A text beside an axis.
    struct Label: Sendable {
        var place: Double
        var text: String
        /// The whole text, where only its beginning is shown.
        var whole: String?
    }

    struct LegendEntry: Sendable {
        var series: Int
        var x: Double
        var y: Double
        var label: Label
    }

    var left = 0.0
    var right = 0.0
    var top = 0.0
    var bottom = 0.0
    var legend: [LegendEntry] = []
    var vertical = ChartScale(0...1, marks: 1)
    /// Absent where the axis has categories.
    var horizontal: ChartScale?
    var verticalLabels: [Label] = []
    var horizontalLabels: [Label] = []
    /// Whether the texts below the axis are turned by 45 degrees.
    var isTurned = false

    /// - Throws: ``StepFailure`` where the legend leaves no room.
    init(_ chart: Chart) throws(StepFailure) {
        top = Self.edge + (chart.title.isEmpty ? 0 : 26)
        right = chart.width - 24
        try layLegend(chart)
        // The room for labels depends on the scale, and the scale on the room that is left.
        var height = max(chart.height - top - 60, 1)
        for _ in 0..<2 {
            let labels = scaleHeights(chart, room: height)
            let widest = labels.map { ChartText.width($0, size: ChartStyle.markSize) }.max() ?? 0
            left = Self.edge + (chart.verticalTitle.isEmpty ? 0 : 20) + widest + 8
            let depth = layHorizontal(chart)
            bottom = chart.height - depth - (chart.horizontalTitle.isEmpty ? 0 : 22) - 6
            height = bottom - top
            layVertical(labels)
        }
        guard height >= 40, right - left >= 80 else {
            throw StepFailure(
                .badValue,
                "a chart of \(Int(chart.width)) by \(Int(chart.height)) pixels has no room for its texts and its legend: give a larger `width` or `height`"
            )
        }
    }

    func y(_ value: Double) -> Double { bottom - vertical.part(value) * (bottom - top) }

    /// Of a number or a date.
    func x(_ value: Double) -> Double { left + (horizontal?.part(value) ?? 0) * (right - left) }

    /// The middle of a category.
    func x(category: Int, of count: Int) -> Double {
        left + (Double(category) + 0.5) * (right - left) / Double(max(count, 1))
    }

    static let edge = 12.0
    private static let legendLine = 20.0
    private static let widestEntry = 220.0

    private mutating func layLegend(_ chart: Chart) throws(StepFailure) {
        let names = chart.content.legend
        guard !names.isEmpty else {
            top += 4
            return
        }
        var x = Self.edge
        var y = top + 10
        for (index, name) in names.enumerated() {
            let label = Self.label(name, at: 0, room: Self.widestEntry, size: ChartStyle.textSize)
            let width = 20 + ChartText.width(label.text, size: ChartStyle.textSize)
            if x > Self.edge, x + width > chart.width - Self.edge {
                x = Self.edge
                y += Self.legendLine
            }
            legend.append(LegendEntry(series: index, x: x, y: y, label: label))
            x += width + 16
        }
        top = y + 20
    }

    /// - Returns: the texts beside the axis.
    private mutating func scaleHeights(_ chart: Chart, room: Double) -> [String] {
        guard var range = chart.content.heights, !chart.content.isEmpty else {
            vertical = ChartScale(low: 0, high: 1, ticks: [])
            return []
        }
        var isWhole = false
        switch chart.content {
        case .bars(_, let series, _):
            range = min(range.lowerBound, 0)...max(range.upperBound, 0)
            isWhole = series.allSatisfy { $0.values.allSatisfy { $0.map { $0 == $0.rounded() } ?? true } }
        case .histogram:
            range = 0...range.upperBound
            isWhole = true
        case .lines, .scatter:
            // An axis that nearly begins at zero begins there.
            if range.lowerBound > 0, range.lowerBound < range.upperBound / 2 { range = 0...range.upperBound }
            if range.upperBound < 0, range.upperBound > range.lowerBound / 2 { range = range.lowerBound...0 }
        }
        if range == 0...0 { range = 0...1 }
        vertical = ChartScale(range, marks: min(max(Int(room / 50), 2), 10), isWhole: isWhole)
        return ChartNumbers.labels(vertical.ticks)
    }

    private mutating func layVertical(_ labels: [String]) {
        let gap = labels.count > 1 ? (bottom - top) / Double(labels.count - 1) : .infinity
        let every = max(1, Int((16 / max(gap, 0.1)).rounded(.up)))
        verticalLabels = zip(vertical.ticks, labels).enumerated().compactMap { index, mark in
            index % every == 0 ? Label(place: y(mark.0), text: mark.1) : nil
        }
    }

    /// A text, shortened to its room.
    static func label(_ text: String, at place: Double, room: Double, size: Double) -> Label {
        let line = ChartText.line(text)
        let short = ChartText.shortened(line, to: room, size: size)
        return Label(place: place, text: short, whole: short == line ? nil : line)
    }
}
