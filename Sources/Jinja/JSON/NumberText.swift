/// Floating-point numbers as Python writes them.
enum NumberText {
    /// The shortest digits that read back equal; an exponent from 1e16 on and below 1e-4.
    static func shortest(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let text = value.description
        // Swift changes to exponents at 2^54, Python at 1e16: between the two the digits are set anew.
        let magnitude = value.magnitude
        guard magnitude >= 1e16, magnitude < 0x1p54, !text.utf8.contains(UInt8(ascii: "e")) else { return text }
        var digits = Array(magnitude.description.utf8.prefix { $0 != UInt8(ascii: ".") })
        let exponent = digits.count - 1
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let first = String(decoding: digits.prefix(1), as: UTF8.self)
        let rest = String(decoding: digits.dropFirst(), as: UTF8.self)
        return (value < 0 ? "-" : "") + first + (rest.isEmpty ? "" : ".\(rest)") + "e+\(exponent)"
    }
}
