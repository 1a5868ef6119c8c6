import Jinja

/// A number as it is written in decimal digits: `digits` times ten to the power of `exponent`.
///
/// Binary fractions cannot say whether `0.3` is a multiple of `0.1`.
struct ExactNumber: Sendable {
    /// Without its sign, which divides nothing; does not end in zeros.
    private let digits: UInt64
    private let exponent: Int

    /// `nil` for what is no finite number.
    init?(_ value: Value) {
        switch value {
        case .integer(let value): self.init(digits: UInt64(value.magnitude), exponent: 0)
        case .number(let value):
            // The shortest digits that read back equal: `1e-08`, `123.25`.
            let parts = value.magnitude.description.split(separator: "e")
            guard value.isFinite, let mantissa = parts.first else { return nil }
            let halves = mantissa.split(separator: ".")
            let fraction = halves.count > 1 ? halves[1] : ""
            guard let digits = UInt64(halves[0] + fraction) else { return nil }
            let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            self.init(digits: digits, exponent: exponent - fraction.utf8.count)
        default: return nil
        }
    }

    private init(digits: UInt64, exponent: Int) {
        var (digits, exponent) = (digits, exponent)
        while digits > 0, digits.isMultiple(of: 10) {
            digits /= 10
            exponent += 1
        }
        self.digits = digits
        self.exponent = exponent
    }

    var isZero: Bool { digits == 0 }

    func isMultiple(of step: ExactNumber) -> Bool {
        guard !isZero else { return true }
        // Digits that do not end in zero are no multiple of ten, so nothing finer than the step is one of the step.
        guard !step.isZero, exponent >= step.exponent else { return false }
        var rest = digits % step.digits
        for _ in 0..<(exponent - step.exponent) where rest != 0 {
            let product = rest.multipliedFullWidth(by: 10)
            rest = step.digits.dividingFullWidth(product).remainder
        }
        return rest == 0
    }
}

extension Value {
    /// The exact order of two numbers; `nil` where one is none.
    func isLess(than other: Value) -> Bool? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.integer(let left), .number(let right)):
            // An integer is below a fraction where it is below the next integer above it.
            Int(exactly: right.rounded(.up)).map { left < $0 } ?? (right > 0)
        case (.number(let left), .integer(let right)):
            Int(exactly: left.rounded(.down)).map { $0 < right } ?? (left < 0)
        case (.number(let left), .number(let right)): left < right
        default: nil
        }
    }
}
