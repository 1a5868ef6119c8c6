import Jinja
import OrderedCollections

/// The rows of a chart, with sentences about cells that do not fit.
struct ChartTable: Sendable {
    let rows: [Mapping]

    /// - Parameter columns: those that the chart asks for.
    init(_ value: Value, columns: [String]) throws(StepFailure) {
        guard let list = value.list else {
            throw StepFailure(
                .badValue, "`rows` of `chart` is \(value.kindPhrase), and a list of mappings is needed")
        }
        var rows: [Mapping] = []
        rows.reserveCapacity(list.count)
        for (index, element) in list.enumerated() {
            guard let row = element.mapping else {
                throw StepFailure(
                    .badValue, "row \(index + 1) of \(list.count) is \(element.kindPhrase), not a mapping")
            }
            rows.append(row)
        }
        self.rows = rows
        for name in columns where !rows.isEmpty && !rows.contains(where: { $0[name] != nil }) {
            throw missing(name)
        }
    }

    /// `nil` where the cell is empty.
    func number(_ row: Int, _ column: String) throws(StepFailure) -> Double? {
        guard let value = cell(row, column) else { return nil }
        guard let number = value.charted else { throw failure(row, column, value, "a number") }
        guard number.magnitude <= Self.largest else {
            throw StepFailure(.badData, "\(place(row, column)) a number that is too large to draw")
        }
        return number
    }

    /// In seconds since 1970; `nil` where the cell is empty.
    func date(_ row: Int, _ column: String) throws(StepFailure) -> Double? {
        guard let value = cell(row, column) else { return nil }
        guard let date = value.chartedDate else { throw failure(row, column, value, "a date such as 2026-03-01") }
        return date
    }

    /// `nil` where the cell is empty.
    func text(_ row: Int, _ column: String) throws(StepFailure) -> String? {
        guard let value = cell(row, column) else { return nil }
        guard value.list == nil, value.mapping == nil else { throw failure(row, column, value, "a text or a number") }
        return value.string ?? value.json(.compact)
    }

    /// What a column holds, by its first cell that is not empty.
    func kind(of column: String) -> Value.ChartedKind? {
        rows.indices.lazy.compactMap { cell($0, column) }.first?.chartedKind
    }

    func failure(_ row: Int, _ column: String, _ value: Value, _ wanted: String) -> StepFailure {
        let shown = value.json(.compact)
        let short = shown.count > 60 ? shown.prefix(60) + "…" : shown[...]
        return StepFailure(.badData, "\(place(row, column)) \(short), and \(wanted) is needed there")
    }

    /// The larger numbers of ``Double`` leave no room for the axis beyond them.
    private static let largest = 1e150

    private func place(_ row: Int, _ column: String) -> String {
        "row \(row + 1) of \(rows.count) has in the column `\(column)`"
    }

    private func cell(_ row: Int, _ column: String) -> Value? {
        guard let value = rows[row][column], !value.isNull else { return nil }
        if let text = value.string, text.allSatisfy(\.isWhitespace) { return nil }
        return value
    }

    private func missing(_ name: String) -> StepFailure {
        let known = OrderedSet(rows.lazy.flatMap(\.keys))
        let meant = nearest(name, among: known).map { ": did you mean `\($0)`?" }
        let few = known.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
        return StepFailure(
            .badData,
            "no row has the column `\(name)`" + (meant ?? (known.isEmpty ? "" : ": the columns are \(few)")))
    }
}

extension Value {
    /// What a cell may be to an axis.
    enum ChartedKind: Sendable {
        case number, date, text
    }

    /// Kept, since a literal is compiled wherever it is come to. `nonisolated(unsafe)`: a regular expression may hold
    /// functions, which this one does not.
    nonisolated(unsafe) private static let writtenNumber = /[+\-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+\-]?[0-9]+)?/

    /// The number that a cell holds, also where it is written as text.
    fileprivate var charted: Double? {
        if let number { return number.isFinite ? number : nil }
        guard let text = string?.trimmed, text.wholeMatch(of: Self.writtenNumber) != nil else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    fileprivate var chartedDate: Double? { (string?.trimmed).flatMap { ChartDates.seconds($0) } }

    fileprivate var chartedKind: ChartedKind {
        charted != nil ? .number : chartedDate != nil ? .date : .text
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
