import Foundation

/// Numbers as axes show them.
enum ChartNumbers {
    /// One text for each mark of an axis, with the same unit and the same number of decimals.
    static func labels(_ ticks: [Double]) -> [String] {
        let largest = ticks.map(\.magnitude).max() ?? 0
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : max(largest, 1)
        guard largest < 1e15, largest == 0 || largest >= 1e-4 else { return scientific(ticks, step: step) }
        for (unit, suffix) in units where unit == 1 || largest >= max(unit, 10_000) {
            // A unit that needs many decimals shows less than the plain number.
            guard let decimals = decimals(of: step / unit, upTo: unit == 1 ? 6 : 2) else { continue }
            return ticks.map { $0 == 0 ? "0" : signed(String(format: "%.\(decimals)f", $0 / unit)) + suffix }
        }
        return scientific(ticks, step: step)
    }

    /// A single number, to ten digits.
    static func text(_ value: Double) -> String {
        signed(shortExponent(String(format: "%.10g", value == 0 ? 0 : value)))
    }

    private static let units: [(Double, String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1000, "k"), (1, "")]

    private static func decimals(of step: Double, upTo most: Int) -> Int? {
        (0...most).first { digits in
            let scaled = step * pow(10, Double(digits))
            return scaled >= 0.999 && (scaled - scaled.rounded()).magnitude < 1e-6 * scaled
        }
    }

    private static func scientific(_ ticks: [Double], step: Double) -> [String] {
        let largest = ticks.map(\.magnitude).max() ?? 0
        let digits = largest > 0 && step > 0 ? Int(log10(largest / step).rounded(.up)) : 0
        return ticks.map {
            $0 == 0 ? "0" : signed(shortExponent(String(format: "%.\(min(max(digits, 0), 12))e", $0)))
        }
    }

    /// `1.50e-07` as `1.5e-7`.
    private static func shortExponent(_ text: String) -> String {
        let parts = text.split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
        var digits = String(parts[0])
        if digits.contains(".") {
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
        }
        return "\(digits)e\(exponent)"
    }

    /// With a minus sign as wide as a plus sign.
    private static func signed(_ text: String) -> String {
        text.replacing("-", with: "\u{2212}")
    }
}
