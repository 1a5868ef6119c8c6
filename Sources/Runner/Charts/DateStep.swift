/// The distance between two marks of an axis of dates.
enum DateStep: Sendable, Equatable {
    case seconds(Int)
    case days(Int)
    case months(Int)

    /// From the narrowest to the widest.
    static let all: [DateStep] =
        [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].map { .seconds($0) }
        + [1, 2, 7, 14].map { .days($0) }
        + [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000].map { .months($0) }

    /// About how many marks a range has.
    func count(in range: ClosedRange<Double>) -> Int {
        let length = range.upperBound - range.lowerBound
        let step: Double =
            switch self {
            case .seconds(let seconds): Double(seconds)
            case .days(let days): Double(days) * 86_400
            case .months(let months): Double(months) * 30.436875 * 86_400
            }
        return Int((length / step).rounded(.down)) + 1
    }

    /// The marks, in order.
    func ticks(in range: ClosedRange<Double>) -> [Double] {
        switch self {
        case .seconds(let seconds): multiples(of: Double(seconds), from: 0, in: range)
        // The fourth day of 1970 was the first Monday.
        case .days(let days): multiples(of: Double(days) * 86_400, from: days % 7 == 0 ? 4 * 86_400 : 0, in: range)
        case .months(let months):
            {
                let first = ChartDates.civil(Int((range.lowerBound / 86_400).rounded(.down)))
                let last = ChartDates.civil(Int((range.upperBound / 86_400).rounded(.down)))
                let begin = (first.year * 12 + first.month - 1) / months
                let end = (last.year * 12 + last.month - 1) / months
                return (begin...max(begin, end)).map { place in
                    let month = place * months
                    return Double(ChartDates.days(month / 12, month % 12 + 1, 1)) * 86_400
                }.filter(range.contains)
            }()
        }
    }

    func label(_ seconds: Double) -> String {
        let text = ChartDates.text(seconds)
        switch self {
        case .seconds(let step):
            let time = text.count > 10 ? String(text.dropFirst(11)) : "00:00"
            let day = String(ChartDates.date(seconds).dropFirst(5))
            return step >= 60 ? "\(day) \(time)" : time.count == 5 ? "\(time):00" : time
        case .days: return text
        case .months(let step):
            return step % 12 == 0 ? String(text.prefix(4)) : String(text.prefix(7))
        }
    }

    private func multiples(of step: Double, from start: Double, in range: ClosedRange<Double>) -> [Double] {
        let first = ((range.lowerBound - start) / step).rounded(.up)
        let last = ((range.upperBound - start) / step).rounded(.down)
        guard last >= first else { return [] }
        return (0...Int(last - first)).map { start + (first + Double($0)) * step }
    }
}
