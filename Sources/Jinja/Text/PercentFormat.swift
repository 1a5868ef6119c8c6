import OrderedCollections

/// Python's `%` formatting: `'%s: %05.1f' % (name, value)`.
extension Renderer {
    func format(_ format: String, percent arguments: Value) throws(TemplateError) -> String {
        var formatter = PercentFormatter(format, arguments, self)
        return try formatter.run()
    }
}

private struct PercentFormatter {
    private let scalars: [Unicode.Scalar]
    private let renderer: Renderer
    private let values: [Value]
    private let entries: Mapping?
    private var nextValue = 0
    private var position = 0
    private var usedMapping = false

    init(_ format: String, _ arguments: Value, _ renderer: Renderer) {
        scalars = Array(format.unicodeScalars)
        self.renderer = renderer
        entries = arguments.mapping
        if case .tuple(let values) = arguments { self.values = values } else { values = [arguments] }
    }

    mutating func run() throws(TemplateError) -> String {
        var output = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if scalar != "%" {
                output.append(scalar)
            } else {
                output.append(contentsOf: try conversion().unicodeScalars)
                try renderer.checkLength(output.count)
            }
        }
        if nextValue < values.count, !usedMapping, entries == nil {
            throw TemplateError(.type, "there are more values than places in the format")
        }
        try renderer.charge(text: output.count)
        return String(output)
    }

    private mutating func conversion() throws(TemplateError) -> String {
        var key: String?
        if peek == "(" {
            guard let end = scalars[position...].firstIndex(of: ")") else {
                throw TemplateError(.argument, "a key in the format is not closed: `)` is missing")
            }
            key = String(String.UnicodeScalarView(scalars[position + 1..<end]))
            position = end + 1
        }
        var flags = Set<Unicode.Scalar>()
        while let flag = peek, "#0- +".unicodeScalars.contains(flag) {
            flags.insert(flag)
            position += 1
        }
        var width = try size()
        if let given = width, given < 0 {
            flags.insert("-")
            width = given == Int.min ? Int.max : -given
        }
        var precision: Int?
        if peek == "." {
            position += 1
            precision = max(0, try size() ?? 0)
        }
        while let letter = peek, "hlL".unicodeScalars.contains(letter) { position += 1 }
        guard let letter = peek else { throw TemplateError(.argument, "the format ends inside a `%` place") }
        position += 1
        if letter == "%" { return "%" }
        try renderer.checkLength(max(width ?? 0, precision ?? 0))
        let value = try argument(key)
        let text = try convert(value, letter, flags, precision)
        let isNumber = "diuoxXeEfFgG".unicodeScalars.contains(letter)
        return pad(text, width ?? 0, flags, isNumber: isNumber)
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// A number in the format, or `*`, which takes one from the values.
    private mutating func size() throws(TemplateError) -> Int? {
        if peek == "*" {
            position += 1
            guard case .integer(let number) = try argument(nil) else {
                throw TemplateError(.type, "`*` in a format needs an integer")
            }
            return number
        }
        var number: Int?
        while let scalar = peek, let digit = decimalDigit(UInt8(truncatingIfNeeded: scalar.value)), scalar.isASCII {
            number = min((number ?? 0) * 10 + Int(digit), 1 << 40)
            position += 1
        }
        return number
    }

    private mutating func argument(_ key: String?) throws(TemplateError) -> Value {
        let value: Value
        if let key {
            guard let entries else { throw TemplateError(.type, "a format with keys needs a mapping") }
            usedMapping = true
            guard let found = entries[key] else {
                throw TemplateError(
                    .argument, "the mapping has no key `\(key)` for the format",
                    suggestion: nearest(key, among: entries.keys))
            }
            value = found
        } else {
            guard nextValue < values.count else {
                throw TemplateError(.type, "there are fewer values than places in the format")
            }
            value = values[nextValue]
            nextValue += 1
        }
        try renderer.refuseStrictUndefined(value)
        return value
    }

    private func convert(
        _ value: Value, _ letter: Unicode.Scalar, _ flags: Set<Unicode.Scalar>, _ precision: Int?
    ) throws(TemplateError) -> String {
        switch letter {
        case "s", "r", "a":
            let text = letter == "s" ? try renderer.text(value) : try renderer.representation(value)
            return precision.map { ScalarText(text).prefix($0) } ?? text
        case "c":
            if case .string(let text) = value, text.unicodeScalars.count == 1 { return text }
            if case .integer(let number) = value, let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) {
                return String(Character(scalar))
            }
            throw TemplateError(.type, "`%c` needs one character")
        case "d", "i", "u", "o", "x", "X":
            let number = try integer(value, letter)
            let radix = letter == "o" ? 8 : letter == "x" || letter == "X" ? 16 : 10
            var digits = String(number.magnitude, radix: radix, uppercase: letter == "X")
            if let precision { digits = digits.padded(to: precision, with: "0", .right) }
            if flags.contains("#"), radix != 10 { digits = (radix == 8 ? "0o" : "0\(letter)") + digits }
            return sign(number < 0, flags) + digits
        case "e", "E", "f", "F", "g", "G":
            guard let number = Numeric(value)?.double else {
                throw TemplateError(.type, "`%\(letter)` needs a number, not \(value.kindPhrase)")
            }
            let text = NumberFormat.text(
                number.sign == .minus ? -number : number, letter, precision: precision ?? 6,
                keepsPoint: flags.contains("#"))
            return sign(number.sign == .minus && !number.isNaN, flags) + text
        default: throw TemplateError(.argument, "`%\(letter)` is no place that a format knows")
        }
    }

    private func integer(_ value: Value, _ letter: Unicode.Scalar) throws(TemplateError) -> Int {
        switch Numeric(value) {
        case .integer(let number): return number
        case .number(let number) where "diu".unicodeScalars.contains(letter):
            if let whole = Int(exactly: number.rounded(.towardZero)) { return whole }
            throw TemplateError(.argument, "`%\(letter)` cannot write this number as an integer")
        default: throw TemplateError(.type, "`%\(letter)` needs an integer, not \(value.kindPhrase)")
        }
    }

    private func sign(_ isNegative: Bool, _ flags: Set<Unicode.Scalar>) -> String {
        isNegative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : ""
    }

    private func pad(_ text: String, _ width: Int, _ flags: Set<Unicode.Scalar>, isNumber: Bool) -> String {
        if flags.contains("-") { return text.padded(to: width, .left) }
        guard flags.contains("0"), isNumber else { return text.padded(to: width, .right) }
        let scalars = text.unicodeScalars
        let hasSign = scalars.first.map { "+- ".unicodeScalars.contains($0) } ?? false
        var head = hasSign ? String(scalars.prefix(1)) : ""
        var rest = String(scalars.dropFirst(hasSign ? 1 : 0))
        if rest.hasPrefix("0x") || rest.hasPrefix("0X") || rest.hasPrefix("0o") {
            head += String(rest.unicodeScalars.prefix(2))
            rest = String(rest.unicodeScalars.dropFirst(2))
        }
        return head + rest.padded(to: width - head.unicodeScalars.count, with: "0", .right)
    }
}
