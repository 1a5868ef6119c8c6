extension ChartLayout {
    /// Lays out what is below the horizontal axis.
    ///
    /// - Returns: how deep its texts are.
    mutating func layHorizontal(_ chart: Chart) -> Double {
        isTurned = false
        horizontal = nil
        horizontalLabels = []
        guard !chart.content.isEmpty else { return Self.levelDepth }
        switch chart.content {
        case .bars(let categories, _, _): return layTexts(categories, chart)
        case .lines(.texts(let texts), _), .scatter(.texts(let texts), _): return layTexts(texts, chart)
        case .lines(.dates, let series), .scatter(.dates, let series): layDates(Self.range(series))
        case .lines(.numbers, let series): layNumbers(Self.range(series), chart, isRounded: false)
        case .scatter(.numbers, let series): layNumbers(Self.range(series), chart, isRounded: true)
        case .histogram(let bins):
            if let low = bins.first?.low, let high = bins.last?.high { layNumbers(low...high, chart, isRounded: false) }
        }
        return Self.levelDepth
    }

    private static let levelDepth = 26.0
    /// The least distance of two texts on one line.
    private static let gap = 10.0
    /// The least distance of turned texts along the axis: the height of a line, by the sine of 45 degrees.
    private static let turnedGap = 20.0
    private static let slope = 0.7072

    private static func range(_ series: [Chart.Series]) -> ClosedRange<Double> {
        let all = series.flatMap { $0.points.map(\.x) }
        return (all.min() ?? 0)...(all.max() ?? 0)
    }

    private mutating func layNumbers(_ range: ClosedRange<Double>, _ chart: Chart, isRounded: Bool) {
        let isWhole =
            switch chart.content {
            case .lines(_, let series), .scatter(_, let series):
                series.allSatisfy { $0.points.allSatisfy { $0.x == $0.x.rounded() } }
            case .bars, .histogram: false
            }
        let marks = max(2, Int((right - left) / 80))
        var scale = ChartScale(range, marks: marks, isWhole: isWhole, isRounded: isRounded)
        if scale.ticks.isEmpty { scale.ticks = [scale.low] }
        horizontal = scale
        layLevel(ChartNumbers.labels(scale.ticks), at: scale.ticks.map(x))
    }

    private mutating func layDates(_ range: ClosedRange<Double>) {
        let (scale, labels) = ChartDates.scale(range, marks: Int((right - left) / 100))
        horizontal = scale
        layLevel(labels, at: scale.ticks.map(x))
    }

    /// Texts side by side: every second, third, … where not all have room.
    private mutating func layLevel(_ texts: [String], at places: [Double]) {
        let halves = texts.map { ChartText.width($0, size: ChartStyle.markSize) / 2 }
        let fits = { (every: Int) in
            var end = -Double.infinity
            for index in stride(from: 0, to: texts.count, by: every) {
                guard places[index] - halves[index] >= end + Self.gap else { return false }
                end = places[index] + halves[index]
            }
            return true
        }
        let every = (1...max(texts.count, 1)).first(where: fits) ?? max(texts.count, 1)
        horizontalLabels = stride(from: 0, to: texts.count, by: every).compactMap { index in
            // What would leave the picture is left out: the marks beside it tell enough.
            let isInside = places[index] - halves[index] > 2 && places[index] + halves[index] < right + 22
            return isInside || texts.count == 1 ? Label(place: places[index], text: texts[index]) : nil
        }
    }

    private mutating func layTexts(_ texts: [String], _ chart: Chart) -> Double {
        let step = (right - left) / Double(max(texts.count, 1))
        let size = ChartStyle.markSize
        let widest = texts.map { ChartText.width(ChartText.line($0), size: size) }.max() ?? 0
        if widest <= step - Self.gap || step >= 100 {
            horizontalLabels = texts.indices.map {
                Self.label(texts[$0], at: x(category: $0, of: texts.count), room: step - Self.gap, size: size)
            }
            return Self.levelDepth
        }
        isTurned = true
        let longest = min(120, chart.height * 0.3) / Self.slope
        let every = max(1, Int((Self.turnedGap / step).rounded(.up)))
        var depth = 0.0
        for index in stride(from: 0, to: texts.count, by: every) {
            let place = x(category: index, of: texts.count)
            // The text goes down to the left, and must not leave the picture there.
            let room = min(longest, (place - Self.edge) / Self.slope)
            let label = Self.label(texts[index], at: place, room: room, size: size)
            horizontalLabels.append(label)
            depth = max(depth, ChartText.width(label.text, size: size) * Self.slope)
        }
        return depth + 22
    }
}
