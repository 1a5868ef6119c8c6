import Foundation

/// A size that a person has written.
struct ByteCount {
    let bytes: Int

    /// Reads `500MB`, `2 GB`, `800kB`, `4096`; `MiB` and `M` mean the same as `MB`.
    init?(_ text: String) {
        let text = text.trimmingCharacters(in: .whitespaces)
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text[digits.endIndex...].trimmingCharacters(in: .whitespaces).lowercased()
        let factors = ["": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
        let prefix = unit.hasSuffix("ib") ? unit.dropLast(2) : unit.hasSuffix("b") ? unit.dropLast() : unit[...]
        guard let number = Double(digits), let factor = factors[String(prefix)], number * factor < 1e18 else {
            return nil
        }
        bytes = Int(number * factor)
    }
}
