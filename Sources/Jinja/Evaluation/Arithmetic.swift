#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Operators on numbers (some also on strings and lists), with Python's results.
enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"

    /// - Throws: code `argument` for a division by zero and for integers that leave 64 bits: they neither wrap nor turn
    ///   into numbers.
    func callAsFunction(_ left: Numeric, _ right: Numeric) throws(TemplateError) -> Value {
        if case .integer(let left) = left, case .integer(let right) = right, self != .divide {
            return try integers(left, right)
        }
        return .number(try numbers(left.double, right.double))
    }

    private func integers(_ left: Int, _ right: Int) throws(TemplateError) -> Value {
        let result: (partialValue: Int, overflow: Bool)
        switch self {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .floorDivide:
            guard right != 0 else { throw divisionByZero }
            result = left.dividedReportingOverflow(by: right)
            if !result.overflow, left % right != 0, (left < 0) != (right < 0) {
                return .integer(result.partialValue - 1)
            }
        case .modulo:
            guard right != 0 else { throw divisionByZero }
            if right == -1 { return .integer(0) }
            let rest = left % right
            return .integer(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
        case .power:
            if right < 0 {
                guard left != 0 else { throw divisionByZero }
                return .number(pow(Double(left), Double(right)))
            }
            result = Self.power(left, right)
        case .divide: return .number(try numbers(Double(left), Double(right)))
        }
        guard !result.overflow else {
            throw TemplateError(
                .argument, "the result of \(left) \(rawValue) \(right) does not fit into a 64-bit integer")
        }
        return .integer(result.partialValue)
    }

    private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
        switch base {
        case 0: return (exponent == 0 ? 1 : 0, false)
        case 1: return (1, false)
        case -1: return (exponent.isMultiple(of: 2) ? 1 : -1, false)
        default: break
        }
        guard exponent < 64 else { return (0, true) }
        var result = 1
        for _ in 0..<exponent {
            let (next, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { return (0, true) }
            result = next
        }
        return (result, false)
    }

    private func numbers(_ left: Double, _ right: Double) throws(TemplateError) -> Double {
        switch self {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            guard right != 0 else { throw divisionByZero }
            return left / right
        case .floorDivide:
            guard right != 0 else { throw divisionByZero }
            return Self.floorDivision(left, right).quotient
        case .modulo:
            guard right != 0 else { throw divisionByZero }
            return Self.floorDivision(left, right).rest
        case .power:
            if left == 0, right < 0 { throw divisionByZero }
            let result = pow(left, right)
            if result.isNaN, !left.isNaN, !right.isNaN {
                throw TemplateError(.argument, "a negative number has no power with a fraction")
            }
            if result.isInfinite, left.isFinite, right.isFinite {
                throw TemplateError(.argument, "the result of `**` is too large")
            }
            return result
        }
    }

    /// As CPython computes `divmod` of floats: the rest has the sign of the divisor.
    private static func floorDivision(_ left: Double, _ right: Double) -> (quotient: Double, rest: Double) {
        var rest = fmod(left, right)
        var quotient = (left - rest) / right
        if rest != 0 {
            if (right < 0) != (rest < 0) {
                rest += right
                quotient -= 1
            }
        } else {
            rest = Double(signOf: right, magnitudeOf: 0)
        }
        if quotient != 0 {
            let floor = quotient.rounded(.down)
            quotient = quotient - floor > 0.5 ? floor + 1 : floor
        } else {
            quotient = Double(signOf: left / right, magnitudeOf: 0)
        }
        return (quotient, rest)
    }

    private var divisionByZero: TemplateError { TemplateError(.argument, "division by zero") }
}
