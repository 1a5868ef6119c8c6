extension Chart {
    /// What is to be seen, in a sentence or two, for those who do not see it.
    var summary: String {
        guard !content.isEmpty, let heights = content.heights else { return "An empty chart: there is no data." }
        let series = content.legend.isEmpty ? "" : " Series: \(content.legend.joined(separator: ", "))."
        let values = "\(ChartNumbers.text(heights.lowerBound)) to \(ChartNumbers.text(heights.upperBound))"
        switch content {
        case .bars(let categories, _, let isStacked):
            let kind = isStacked ? "Stacked bar chart" : "Bar chart"
            return "\(kind) of \(named(verticalTitle, "values")) by \(named(horizontalTitle, "category")): "
                + "\(categories.count) \(categories.count == 1 ? "category" : "categories"), \(values).\(series)"
        case .lines(let axis, let all):
            return "Line chart of \(points(axis, all)), \(values).\(series)"
        case .scatter(let axis, let all):
            return "Scatter chart of \(points(axis, all)), \(values).\(series)"
        case .histogram(let bins):
            let low = bins.first.map { ChartNumbers.text($0.low) } ?? ""
            let high = bins.last.map { ChartNumbers.text($0.high) } ?? ""
            let count = bins.reduce(0) { $0 + $1.count }
            return "Histogram of \(count) values of \(named(horizontalTitle, "a column")), from \(low) to \(high)."
        }
    }

    private func named(_ title: String, _ otherwise: String) -> String { title.isEmpty ? otherwise : title }

    private func points(_ axis: Horizontal, _ series: [Series]) -> String {
        let all = series.flatMap { $0.points.map(\.x) }
        let count = series.reduce(0) { $0 + $1.points.count { $0.y != nil } }
        let range = all.min().flatMap { low in all.max().map { "from \(axis.text(low)) to \(axis.text($0))" } } ?? ""
        return "\(named(verticalTitle, "values")) by \(named(horizontalTitle, "place")), \(count) points \(range)"
    }
}

extension Chart.Horizontal {
    /// A place on the axis, for people.
    func text(_ value: Double) -> String {
        switch self {
        case .numbers: ChartNumbers.text(value)
        case .dates: ChartDates.text(value)
        case .texts(let texts):
            texts.indices.contains(Int(value)) ? texts[Int(value)] : ""
        }
    }
}
