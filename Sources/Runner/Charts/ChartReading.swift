import Jinja
import OrderedCollections
import Workflow

/// What a chart step draws: its rows, read by its columns.
struct ChartReading {
    let content: Chart.Content
    /// How many rows have something to draw.
    let drawn: Int
    let warnings: [String]

    /// - Throws: ``StepFailure`` where the rows do not fit the columns, or are too many for one picture.
    init(_ step: ChartStep, rows: Value) throws(StepFailure) {
        let columns = [step.x] + (step.y ?? []) + (step.group.map { [$0] } ?? [])
        var reader = ChartReader(table: try ChartTable(rows, columns: columns), step: step)
        switch step.kind {
        case .bar: content = try reader.bars()
        case .line, .scatter: content = try reader.points()
        case .histogram: content = try reader.histogram()
        }
        drawn = reader.drawn
        warnings = reader.warnings
    }
}

/// Goes through the rows once, and notes what is missing.
private struct ChartReader {
    let table: ChartTable
    let step: ChartStep
    var drawn = 0
    /// The series, in order of appearance: the columns, or the values of the group.
    private var series: OrderedSet<String>
    private var places: OrderedSet<String> = []
    /// How many cells of a column are empty.
    private var missing: OrderedDictionary<String, Int> = [:]

    init(table: ChartTable, step: ChartStep) {
        self.table = table
        self.step = step
        series = step.group == nil ? OrderedSet(step.y ?? [countName]) : []
    }

    var warnings: [String] {
        missing.map { column, count in
            let what = column == step.x || column == step.group ? "left out" : "not drawn there"
            let rows =
                count == 1
                ? "1 of \(table.rows.count) rows, which is" : "\(count) of \(table.rows.count) rows, which are"
            return "`\(column)` is empty in \(rows) \(what)"
        }
    }

    mutating func bars() throws(StepFailure) -> Chart.Content {
        var values: [[Double?]] = Array(repeating: [], count: series.count)
        for row in table.rows.indices {
            guard let name = try table.text(row, step.x) else {
                note(step.x)
                continue
            }
            guard let own = try ownSeries(row) else { continue }
            let place = try place(of: name)
            while values.count < series.count { values.append([]) }
            var isDrawn = false
            for (index, column) in own {
                guard let value = try column.map({ column throws(StepFailure) in try number(row, column) }) ?? 1 else {
                    continue
                }
                while values[index].count <= place { values[index].append(nil) }
                values[index][place] = (values[index][place] ?? 0) + value
                isDrawn = true
            }
            if isDrawn { drawn += 1 }
        }
        let filled = zip(series, values).map { name, values in
            (name: name, values: values + Array(repeating: nil, count: places.count - values.count))
        }
        return .bars(categories: Array(places), series: filled, isStacked: step.isStacked)
    }

    mutating func points() throws(StepFailure) -> Chart.Content {
        let kind = table.kind(of: step.x) ?? .number
        guard kind != .text || step.kind == .line else { throw try textsInScatter() }
        var points: [[Chart.Point]] = Array(repeating: [], count: series.count)
        var marks = 0
        for row in table.rows.indices {
            guard let x = try horizontal(row, kind) else {
                note(step.x)
                continue
            }
            guard let own = try ownSeries(row) else { continue }
            while points.count < series.count { points.append([]) }
            var isDrawn = false
            for (index, column) in own {
                guard let column else { continue }
                let y = try number(row, column)
                points[index].append(Chart.Point(x: x, y: y))
                if y != nil {
                    isDrawn = true
                    marks += 1
                }
            }
            if isDrawn { drawn += 1 }
        }
        guard marks <= Chart.mostMarks else {
            throw StepFailure(
                .badData,
                "the chart would have \(marks) marks, and at most \(Chart.mostMarks) are drawn: leave rows out, or sum them up before"
            )
        }
        let axis: Chart.Horizontal =
            switch kind {
            case .number: .numbers
            case .date: .dates
            case .text: .texts(Array(places))
            }
        let named = zip(series, points).map { name, points in
            Chart.Series(name: name, points: step.kind == .line ? inOrder(points) : points.filter { $0.y != nil })
        }
        return step.kind == .line ? .lines(axis, named) : .scatter(axis, named)
    }

    mutating func histogram() throws(StepFailure) -> Chart.Content {
        var values: [Double] = []
        for row in table.rows.indices {
            guard let value = try table.number(row, step.x) else {
                note(step.x)
                continue
            }
            values.append(value)
        }
        drawn = values.count
        return .histogram([HistogramBin](values, wanted: step.bins))
    }

    /// By x; points with the same stay in the order of their rows.
    private func inOrder(_ points: [Chart.Point]) -> [Chart.Point] {
        points.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
    }

    /// The series that a row belongs to, each with the column of its height; `nil` where its group is empty.
    private mutating func ownSeries(_ row: Int) throws(StepFailure) -> [(index: Int, column: String?)]? {
        guard let group = step.group else {
            return series.indices.map { ($0, step.y?[$0]) }
        }
        guard let name = try table.text(row, group) else {
            note(group)
            return nil
        }
        let index = series.append(name).index
        guard series.count <= Chart.mostSeries else {
            throw StepFailure(
                .badData,
                "`\(group)` has more than \(Chart.mostSeries) values, and so many series cannot be told apart: leave rows out, or join the small ones"
            )
        }
        return [(index, step.y?.first)]
    }

    private mutating func place(of name: String) throws(StepFailure) -> Int {
        let index = places.append(name).index
        guard places.count <= Chart.mostCategories else {
            throw StepFailure(
                .badData,
                "`\(step.x)` has more than \(Chart.mostCategories) categories, which no chart shows legibly: leave rows out, or join the small ones"
            )
        }
        return index
    }

    private mutating func horizontal(_ row: Int, _ kind: Value.ChartedKind) throws(StepFailure) -> Double? {
        switch kind {
        case .number: return try table.number(row, step.x)
        case .date: return try table.date(row, step.x)
        case .text:
            guard let name = try table.text(row, step.x) else { return nil }
            return Double(try place(of: name))
        }
    }

    private mutating func number(_ row: Int, _ column: String) throws(StepFailure) -> Double? {
        let number = try table.number(row, column)
        if number == nil { note(column) }
        return number
    }

    private mutating func note(_ column: String) { missing[column, default: 0] += 1 }

    private func textsInScatter() throws(StepFailure) -> StepFailure {
        for row in table.rows.indices {
            guard let text = try table.text(row, step.x) else { continue }
            return table.failure(row, step.x, .string(text), "a number or a date")
        }
        return StepFailure(.badData, "`\(step.x)` holds neither numbers nor dates")
    }
}

/// The name of the series where rows are counted.
private let countName = "count"
