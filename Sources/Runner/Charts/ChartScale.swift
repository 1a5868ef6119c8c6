import Foundation

/// The range of an axis and its marks.
struct ChartScale: Sendable, Equatable {
    var low: Double
    var high: Double
    var ticks: [Double]

    /// An axis of numbers.
    ///
    /// - Parameters:
    ///   - marks: about how many there should be.
    ///   - isWhole: whether only whole numbers are marked.
    ///   - isRounded: whether the axis begins and ends at marks.
    init(_ range: ClosedRange<Double>, marks: Int, isWhole: Bool = false, isRounded: Bool = true) {
        var low = range.lowerBound
        var high = range.upperBound
        if !Self.isApart(low, high) {
            let half = low.magnitude < Self.least ? 1 : max(low.magnitude * 0.1, isWhole ? 1 : 0)
            low -= half
            high += half
        }
        var step = Self.roundStep((high - low) / Double(max(marks, 1)))
        if isWhole { step = max(step, 1) }
        let first = isRounded ? (low / step + Self.grain).rounded(.down) : (low / step - Self.grain).rounded(.up)
        let last = isRounded ? (high / step - Self.grain).rounded(.up) : (high / step + Self.grain).rounded(.down)
        let count = last >= first ? Int(last - first) + 1 : 0
        ticks = (0..<count).map { Self.multiple(first + Double($0), of: step) }
        self.low = isRounded ? ticks.first ?? low : low
        self.high = isRounded ? ticks.last ?? high : high
    }

    init(low: Double, high: Double, ticks: [Double]) {
        self.low = low
        self.high = high
        self.ticks = ticks
    }

    /// The part of the axis below a value, from 0 to 1.
    func part(_ value: Double) -> Double { (value - low) / (high - low) }

    /// What a bound may miss a mark by, as a part of a step, for the sake of rounding.
    private static let grain = 1e-9

    /// Numbers that are smaller have no steps that could be counted in powers of ten: they are all the same.
    private static let least = 1e-290

    /// Whether two numbers differ by more than rounding.
    static func isApart(_ low: Double, _ high: Double) -> Bool {
        high - low > max(max(low.magnitude, high.magnitude) * 1e-13, least)
    }

    /// The number of 1, 2 and 5 times a power of ten that is next to a step, by Heckbert's bounds.
    static func roundStep(_ step: Double) -> Double {
        guard step > 0 else { return 1 }
        let exponent = log10(step).rounded(.down)
        let power = pow(10, exponent)
        let factor: Double =
            switch step / power {
            case ..<1.5: 1
            case ..<3: 2
            case ..<7: 5
            default: 10
            }
        return exponent < 0 ? factor / pow(10, -exponent) : factor * power
    }

    /// A multiple without what rounding adds to a fraction: 3 times 0.1 is 0.3.
    private static func multiple(_ factor: Double, of step: Double) -> Double {
        let inverse = (1 / step).rounded()
        return step < 1 && inverse.isFinite && isSame(1 / inverse, step) ? factor / inverse : factor * step
    }

    private static func isSame(_ left: Double, _ right: Double) -> Bool {
        (left - right).magnitude <= right.magnitude * 1e-12
    }
}
