import Foundation

/// One bar of a histogram: how many values are in its range, the lower bound included.
struct HistogramBin: Sendable, Equatable {
    var low: Double
    var high: Double
    var count: Int
}

extension [HistogramBin] {
    /// - Parameter wanted: so many bins of equal width from the least value to the greatest, which the last includes.
    ///   Without it, bins of a round width by the rule of Freedman and Diaconis.
    init(_ values: [Double], wanted: Int? = nil) {
        let sorted = values.sorted()
        guard let low = sorted.first, let high = sorted.last else {
            self = []
            return
        }
        guard ChartScale.isApart(low, high) else {
            let half = Swift.max(low.magnitude * 0.05, 0.5)
            self = [HistogramBin(low: low - half, high: high + half, count: sorted.count)]
            return
        }
        if let wanted {
            self.init(sorted, from: low, width: (high - low) / Double(wanted), count: wanted)
        } else {
            var step = ChartScale.roundStep((high - low) / Double(Self.usualCount(sorted)))
            // Whole numbers in narrower bins would leave every other bin empty.
            if sorted.allSatisfy({ $0 == $0.rounded() }) { step = Swift.max(step, 1) }
            let first = (low / step + Self.grain).rounded(.down)
            let last = (high / step + Self.grain).rounded(.down)
            self.init(sorted, from: first * step, width: step, count: Int(last - first) + 1)
        }
    }

    /// What a value may miss the edge of its bin by, as a part of a bin, for the sake of rounding.
    private static let grain = 1e-9

    private init(_ values: [Double], from low: Double, width: Double, count: Int) {
        self = (0..<count).map {
            HistogramBin(low: low + Double($0) * width, high: low + Double($0 + 1) * width, count: 0)
        }
        for value in values {
            let place = Int(((value - low) / width + Self.grain).rounded(.down))
            self[Swift.min(Swift.max(place, 0), count - 1)].count += 1
        }
    }

    /// The rule of Freedman and Diaconis; where the middle half of the values is equal, that of Sturges.
    static func usualCount(_ sorted: [Double]) -> Int {
        let count = Double(sorted.count)
        guard let low = sorted.first, let high = sorted.last else { return 1 }
        let width = 2 * (quantile(0.75, of: sorted) - quantile(0.25, of: sorted)) / cbrt(count)
        let sturges = (log2(count) + 1).rounded(.up)
        let wanted = width > 0 ? ((high - low) / width).rounded(.up) : sturges
        return Int(Swift.min(Swift.max(wanted, 1), Double(mostUsual)))
    }

    /// More bins by themselves would be a comb, where a few values are far away.
    private static let mostUsual = 100

    private static func quantile(_ part: Double, of sorted: [Double]) -> Double {
        let place = part * Double(sorted.count - 1)
        let index = Int(place)
        let next = Swift.min(index + 1, sorted.count - 1)
        return sorted[index] + (sorted[next] - sorted[index]) * (place - Double(index))
    }
}
