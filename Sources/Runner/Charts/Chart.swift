import Workflow

/// A chart as data: what is to be seen, before it has a place on the picture.
struct Chart: Sendable {
    /// What the horizontal axis counts.
    enum Horizontal: Sendable, Equatable {
        case numbers
        /// Seconds since 1970.
        case dates
        /// Places from 0, each with its name.
        case texts([String])
    }

    struct Point: Sendable, Equatable {
        var x: Double
        /// `nil` leaves a gap.
        var y: Double?
    }

    struct Series: Sendable, Equatable {
        var name: String
        var points: [Point]
    }

    enum Content: Sendable, Equatable {
        /// One value of each series for each category, in their order.
        case bars(categories: [String], series: [(name: String, values: [Double?])], isStacked: Bool)
        case lines(Horizontal, [Series])
        case scatter(Horizontal, [Series])
        case histogram([HistogramBin])
    }

    var content: Content
    var title: String
    var horizontalTitle: String
    var verticalTitle: String
    var width = 800.0
    var height = 450.0

    /// Beyond the colours, each comes a second time: dashed, hollow or pale.
    static let mostSeries = ChartStep.mostSeries
    /// The colours that are told apart.
    static let colours = mostSeries / 2
    static let mostCategories = 200
    static let mostMarks = 50_000
}

extension Chart.Content {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.bars(let names, let series, let isStacked), .bars(let others, let otherSeries, let otherStacked)):
            names == others && isStacked == otherStacked && series.map(\.name) == otherSeries.map(\.name)
                && series.map(\.values) == otherSeries.map(\.values)
        case (.lines(let axis, let series), .lines(let otherAxis, let otherSeries)),
            (.scatter(let axis, let series), .scatter(let otherAxis, let otherSeries)):
            axis == otherAxis && series == otherSeries
        case (.histogram(let bins), .histogram(let others)): bins == others
        default: false
        }
    }

    /// The names of the series, where there are several.
    var legend: [String] {
        let names: [String] =
            switch self {
            case .bars(_, let series, _): series.map(\.name)
            case .lines(_, let series), .scatter(_, let series): series.map(\.name)
            case .histogram: []
            }
        return names.count > 1 ? names : []
    }

    var isEmpty: Bool {
        switch self {
        case .bars(_, let series, _): series.allSatisfy { $0.values.allSatisfy { $0 == nil } }
        case .lines(_, let series), .scatter(_, let series):
            series.allSatisfy { $0.points.allSatisfy { $0.y == nil } }
        case .histogram(let bins): bins.isEmpty
        }
    }

    /// The least and the greatest height; `nil` where there is none.
    var heights: ClosedRange<Double>? {
        let all: [Double] =
            switch self {
            case .bars(_, let series, false): series.flatMap { $0.values.compactMap { $0 } }
            case .bars(let categories, let series, true):
                categories.indices.flatMap { index in
                    let values = series.compactMap { $0.values[index] }
                    return [values.filter { $0 > 0 }.reduce(0, +), values.filter { $0 < 0 }.reduce(0, +)]
                }
            case .lines(_, let series), .scatter(_, let series):
                series.flatMap { $0.points.compactMap(\.y) }
            case .histogram(let bins): bins.map { Double($0.count) }
            }
        guard let low = all.min(), let high = all.max() else { return nil }
        return low...high
    }
}
