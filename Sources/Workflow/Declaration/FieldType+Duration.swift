import Jinja

extension FieldType where Held == Duration {
    /// A length of time: `500ms`, `2s`, `5m`, `1h30m`.
    package static var duration: FieldType {
        // The larger units first, each at most once, and more than nothing.
        let units = ["d", "h", "m", "s", "ms"].map { #"([0-9]+(\.[0-9]+)?\#($0))?"# }.joined()
        let pattern = Value.string(#"^(?=[0-9])(?=.*[1-9])\#(units)$"#)
        let expected = "a length of time, as in `500ms`, `2s`, `5m` or `1h30m`"
        return FieldType(
            expected: expected, schema: ["type": "string", "pattern": pattern]
        ) { node, key, decoding in
            if let text = node.scalar?.text, let duration = Duration(written: text) { return duration }
            let shown = node.scalar.map { "`\($0.text)`" } ?? node.kindName
            // A bare number says no unit: seconds are what is meant most often.
            let suggestion = node.scalar?.resolved.number.flatMap { $0 > 0 ? node.scalar.map { "\($0.text)s" } : nil }
            decoding.report(
                "`\(key)` takes \(expected), not \(shown)", at: node.place, length: node.underlined,
                suggestion: suggestion)
            return nil
        }
    }
}

extension Duration {
    private static let units: [(name: String, milliseconds: Double)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Longer than any honest wait, and short enough for every clock.
    private static let longest = 3650.0 * 86_400_000

    /// Reads `1h30m`: numbers with a unit each, the larger units first, no unit twice, more than nothing in all.
    package init?(written text: String) {
        var rest = text[...]
        var total = 0.0
        var units = Self.units[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest[name.endIndex...]
            guard let number = Double(digits), digits.first != ".", digits.last != ".",
                let unit = units.firstIndex(where: { $0.name == name })
            else { return nil }
            total += number * units[unit].milliseconds
            units = units[(unit + 1)...]
        }
        guard total > 0, total <= Self.longest else { return nil }
        self = .milliseconds(total)
    }

    /// The same length as the language writes it: `1h30m`.
    package var written: String {
        var rest = Int((Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15).rounded())
        var text = ""
        for (name, milliseconds) in Self.units {
            let count = rest / Int(milliseconds)
            if count > 0 { text += "\(count)\(name)" }
            rest -= count * Int(milliseconds)
        }
        return text.isEmpty ? "0s" : text
    }

    /// The length in seconds.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
