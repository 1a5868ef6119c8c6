#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Numbers with a set precision, correctly rounded, as C's `printf` and Python write them.
enum NumberFormat {
    /// - Parameters:
    ///   - conversion: `f`, `e`, `g` or their capitals.
    ///   - precision: Is taken as at most 400: a double has no more digits than 1074, and no use for so many.
    ///   - keepsPoint: Whether a decimal point is written even where no digit follows it.
    static func text(_ value: Double, _ conversion: Unicode.Scalar, precision: Int, keepsPoint: Bool = false) -> String
    {
        let isCapital = conversion.properties.isUppercase
        if value.isNaN { return isCapital ? "NAN" : "nan" }
        if value.isInfinite { return (value < 0 ? "-" : "") + (isCapital ? "INF" : "inf") }
        let format = "%\(keepsPoint ? "#" : "").\(min(max(precision, 0), 400))\(Character(conversion))"
        return withVaList([value]) { arguments in
            var buffer = [CChar](repeating: 0, count: 800)
            let count = vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Rounds to a number of decimal places, half to even on the exact decimal value, as Python's `round`.
    static func rounded(_ value: Double, places: Int) -> Double {
        guard value.isFinite else { return value }
        if places > 323 { return value }
        if places < -308 { return 0 * value }
        if places >= 0 { return Double(text(value, "f", precision: min(places, 400))) ?? value }
        let power = pow(10.0, Double(-places))
        return (value / power).rounded(.toNearestOrEven) * power
    }

    /// Digits in groups of three.
    static func grouped(_ digits: String, separator: String) -> String {
        var result = ""
        let count = digits.utf8.count
        for (index, scalar) in digits.unicodeScalars.enumerated() {
            if index > 0, (count - index).isMultiple(of: 3) { result += separator }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
