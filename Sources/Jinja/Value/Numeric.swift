/// A value in arithmetic: booleans count as 0 and 1, as in Python.
enum Numeric: Equatable {
    case integer(Int)
    case number(Double)

    init?(_ value: Value) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .integer(value ? 1 : 0)
        default: return nil
        }
    }

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        }
    }

    static func == (left: Numeric, right: Numeric) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.integer(let integer), .number(let double)), (.number(let double), .integer(let integer)):
            Int(exactly: double) == integer
        case (.number(let left), .number(let right)): left == right
        }
    }

    /// The exact order of an integer and a number; `nil` where one is not a number.
    func compare(_ other: Numeric) -> Int? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): return left < right ? -1 : (left == right ? 0 : 1)
        case (.number(let left), .number(let right)):
            if left.isNaN || right.isNaN { return nil }
            return left < right ? -1 : (left == right ? 0 : 1)
        case (.integer(let left), .number(let right)): return Numeric.compare(left, right)
        case (.number(let left), .integer(let right)): return Numeric.compare(right, left).map { -$0 }
        }
    }

    private static func compare(_ integer: Int, _ double: Double) -> Int? {
        if double.isNaN { return nil }
        guard let whole = Int(exactly: double.rounded(.towardZero)) else { return double > 0 ? -1 : 1 }
        if integer != whole { return integer < whole ? -1 : 1 }
        let rest = double - double.rounded(.towardZero)
        return rest == 0 ? 0 : (rest > 0 ? -1 : 1)
    }
}
