#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Builtins {
    /// Filters that make or change numbers.
    static let numberFilters: [String: Filter] = [
        "abs": Filter { value, _, _ throws(TemplateError) in
            switch Numeric(value) {
            case .integer(let number):
                guard number != Int.min else { throw TemplateError(.argument, "the result of `abs` does not fit") }
                return .integer(abs(number))
            case .number(let number): return .number(number.magnitude)
            case nil: throw needsNumber("abs", value)
            }
        },
        "int": Filter(["default", "base"]) { value, arguments, renderer throws(TemplateError) in
            try renderer.refuseUndefined(value)
            let base = try arguments.integer(1, default: 10)
            return integer(value, base: base) ?? arguments[0] ?? .integer(0)
        },
        "float": Filter(["default"]) { value, arguments, renderer throws(TemplateError) in
            try renderer.refuseUndefined(value)
            var number = Numeric(value)?.double
            if case .string(let text) = value { number = PythonNumber.double(text) }
            return number.map { .number($0) } ?? arguments[0] ?? .number(0)
        },
        "round": Filter(["precision", "method"]) { value, arguments, _ throws(TemplateError) in
            try rounded(value, arguments)
        },
        "filesizeformat": Filter(["binary"]) { value, arguments, _ throws(TemplateError) in
            var number = Numeric(value)?.double
            if case .string(let text) = value { number = PythonNumber.double(text) }
            guard let number, number.isFinite else { throw needsNumber("filesizeformat", value) }
            return .string(fileSize(number, binary: arguments.flag(0)))
        },
    ]

    private static func needsNumber(_ name: String, _ value: Value) -> TemplateError {
        TemplateError(.type, "`\(name)` needs a number, not \(value.kindPhrase)")
    }

    private static func integer(_ value: Value, base: Int) -> Value? {
        switch value {
        case .integer: return value
        case .boolean(let flag): return .integer(flag ? 1 : 0)
        case .number(let number): return Int(exactly: number.rounded(.towardZero)).map { .integer($0) }
        case .string(let text):
            if let whole = PythonNumber.integer(text, base: base) { return .integer(whole) }
            return PythonNumber.double(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) }
        default: return nil
        }
    }

    private static func rounded(_ value: Value, _ arguments: BoundArguments) throws(TemplateError) -> Value {
        let precision = try arguments.integer(0)
        let method = try arguments.string(1, default: "common")
        guard let number = Numeric(value) else { throw needsNumber("round", value) }
        switch method {
        case "common":
            guard case .integer(let whole) = number else {
                return .number(NumberFormat.rounded(number.double, places: precision))
            }
            if precision >= 0 { return .integer(whole) }
            guard precision > -19 else { return .integer(0) }
            let power = (0..<(-precision)).reduce(into: 1) { (power: inout Int, _: Int) in power *= 10 }
            let (quotient, rest) = whole.quotientAndRemainder(dividingBy: power)
            let half = power / 2
            let isUp = rest.magnitude > half || (rest.magnitude == half && !quotient.isMultiple(of: 2))
            let steps = isUp ? quotient + (whole < 0 ? -1 : 1) : quotient
            let (result, overflow) = steps.multipliedReportingOverflow(by: power)
            if overflow { throw TemplateError(.argument, "the result of `round` does not fit") }
            return .integer(result)
        case "ceil", "floor":
            let power = pow(10.0, Double(max(min(precision, 400), -400)))
            let scaled = number.double * power
            guard scaled.isFinite, power != 0 else {
                throw TemplateError(.argument, "`round` cannot keep so many places")
            }
            return .number(scaled.rounded(method == "ceil" ? .up : .down) / power)
        default:
            throw TemplateError(.argument, "the argument `method` of `round` is `common`, `ceil` or `floor`")
        }
    }

    private static func fileSize(_ bytes: Double, binary: Bool) -> String {
        let base: Double = binary ? 1024 : 1000
        if bytes == 1 { return "1 Byte" }
        if bytes < base { return "\(Int(exactly: bytes.rounded(.towardZero)) ?? 0) Bytes" }
        let letters = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
        var unit = base
        for (index, letter) in letters.enumerated() {
            if bytes < unit * base || index == letters.count - 1 {
                let prefix = binary ? (letter == "k" ? "Ki" : "\(letter)i") : letter
                return "\(NumberFormat.text(bytes / unit, "f", precision: 1)) \(prefix)B"
            }
            unit *= base
        }
        return ""
    }
}

/// Numbers in strings, by the rules of Python's `int()` and `float()`.
enum PythonNumber {
    /// - Parameter base: 2 to 36, or 0 to take it from a prefix.
    static func integer(_ text: String, base: Int) -> Int? {
        var digits = ascii(text.stripped())[...]
        guard base == 0 || (2...36).contains(base) else { return nil }
        var isNegative = false
        if let first = digits.first, first == plus || first == minus {
            isNegative = first == minus
            digits = digits.dropFirst()
            if let second = digits.first, second == plus || second == minus { return nil }
        }
        var radix = base
        let prefixes: [(UInt8, Int)] = [(UInt8(ascii: "x"), 16), (UInt8(ascii: "o"), 8), (UInt8(ascii: "b"), 2)]
        var hasPrefix = false
        if digits.first == UInt8(ascii: "0"), let letter = digits.dropFirst().first {
            for (mark, value) in prefixes where letter | 0x20 == mark && (base == 0 || base == value) {
                radix = value
                digits = digits.dropFirst(2)
                hasPrefix = true
            }
        }
        if radix == 0 { radix = 10 }
        if hasPrefix, digits.first == UInt8(ascii: "_") { digits = digits.dropFirst() }
        guard let plain = withoutUnderscores(digits) else { return nil }
        return Int((isNegative ? "-" : "") + plain, radix: radix)
    }

    static func double(_ text: String) -> Double? {
        let bytes = ascii(text.stripped())
        let lowercased = String(decoding: bytes, as: UTF8.self).lowercased()
        switch lowercased {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan", "+nan", "-nan": return .nan
        default: break
        }
        let allowed = bytes.allSatisfy { byte in
            decimalDigit(byte) != nil || [plus, minus, UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
                || byte | 0x20 == UInt8(ascii: "e")
        }
        guard allowed, let plain = withoutUnderscores(bytes[...]) else { return nil }
        var candidate = plain
        // Swift wants a digit before and after the point, Python only on one side.
        if let point = candidate.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let after = candidate.utf8.index(after: point)
            let next = after < candidate.utf8.endIndex ? candidate.utf8[after] : 0
            let isAfterDigit =
                point > candidate.utf8.startIndex
                && decimalDigit(candidate.utf8[candidate.utf8.index(before: point)]) != nil
            guard isAfterDigit || decimalDigit(next) != nil else { return nil }
            if decimalDigit(next) == nil { candidate.insert("0", at: after) }
            if !isAfterDigit { candidate.insert("0", at: point) }
        }
        return Double(candidate)
    }

    /// Decimal digits of any script as ASCII; other scalars as they are.
    private static func ascii(_ text: String) -> [UInt8] {
        if text.isASCIIText { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if !scalar.isASCII, scalar.isPythonDecimal, let value = scalar.properties.numericValue {
                bytes.append(UInt8(ascii: "0") + UInt8(max(0, min(9, value))))
            } else {
                bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        return bytes
    }

    /// `nil` where underscores do not stand singly between digits, or nothing is there.
    private static func withoutUnderscores(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let first = bytes.first, let last = bytes.last, first != UInt8(ascii: "_"), last != UInt8(ascii: "_")
        else { return nil }
        var result: [UInt8] = []
        var previous = first
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                guard previous != byte, hexadecimalDigit(previous) != nil || previous > 0x40 else { return nil }
            } else {
                if previous == UInt8(ascii: "_"), hexadecimalDigit(byte) == nil, byte < 0x41 { return nil }
                result.append(byte)
            }
            previous = byte
        }
        return String(decoding: result, as: UTF8.self)
    }
}
