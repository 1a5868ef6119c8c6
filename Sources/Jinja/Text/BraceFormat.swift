import OrderedCollections

/// Python's `str.format`: `'{0:>8.2f} {name}'.format(x, name=y)`, with indices, attributes and format specifications.
extension Renderer {
    func format(_ format: String, _ arguments: Arguments) throws(TemplateError) -> String {
        for value in arguments.positional { try refuseUndefined(value) }
        for value in arguments.named.values { try refuseUndefined(value) }
        var formatter = BraceFormatter(format, arguments, self)
        return try formatter.run()
    }
}

private struct BraceFormatter {
    private let scalars: [Unicode.Scalar]
    private let arguments: Arguments
    private let renderer: Renderer
    private var nextIndex = 0

    init(_ format: String, _ arguments: Arguments, _ renderer: Renderer) {
        scalars = Array(format.unicodeScalars)
        self.arguments = arguments
        self.renderer = renderer
    }

    mutating func run() throws(TemplateError) -> String { try expand(scalars[...], level: 0) }

    private mutating func expand(_ format: ArraySlice<Unicode.Scalar>, level: Int) throws(TemplateError) -> String {
        var output = String.UnicodeScalarView()
        var index = format.startIndex
        while index < format.endIndex {
            let scalar = format[index]
            let isDoubled = index + 1 < format.endIndex && format[index + 1] == scalar
            switch scalar {
            case "{" where isDoubled, "}" where isDoubled:
                output.append(scalar)
                index += 2
            case "{":
                let end = try closing(of: index, in: format)
                output.append(contentsOf: try field(format[(index + 1)..<end], level).unicodeScalars)
                index = end + 1
            case "}": throw TemplateError(.argument, "`}` closes nothing in the format; write `}}` for the character")
            default:
                output.append(scalar)
                index += 1
            }
            try renderer.checkLength(output.count)
        }
        try renderer.charge(text: output.count)
        return String(output)
    }

    private func closing(of start: Int, in format: ArraySlice<Unicode.Scalar>) throws(TemplateError) -> Int {
        var open = 0
        for index in start..<format.endIndex {
            if format[index] == "{" { open += 1 }
            if format[index] == "}" {
                open -= 1
                if open == 0 { return index }
            }
        }
        throw TemplateError(.argument, "`{` is not closed in the format; write `{{` for the character")
    }

    private mutating func field(_ field: ArraySlice<Unicode.Scalar>, _ level: Int) throws(TemplateError) -> String {
        guard level < 2 else { throw TemplateError(.argument, "places in a format are nested too deeply") }
        var nameEnd = field.endIndex
        var brackets = 0
        for index in field.indices {
            if field[index] == "[" { brackets += 1 }
            if field[index] == "]" { brackets -= 1 }
            if brackets <= 0, field[index] == ":" || field[index] == "!" {
                nameEnd = index
                break
            }
        }
        var value = try self.value(field[field.startIndex..<nameEnd])
        var rest = field[nameEnd...]
        if rest.first == "!" {
            guard let letter = rest.dropFirst().first, ["r", "s", "a"].contains(letter) else {
                throw TemplateError(.argument, "after `!` in a format stands `r` or `s`")
            }
            value = .string(letter == "s" ? try renderer.text(value) : try renderer.representation(value))
            rest = rest.dropFirst(2)
        }
        var specification = ""
        if rest.first == ":" {
            specification = try expand(rest.dropFirst(), level: level + 1)
        } else if !rest.isEmpty {
            throw TemplateError(.argument, "expected `:` after the conversion in a format")
        }
        return try FormatSpecification(specification).format(value, renderer)
    }

    /// The value that `0.name[key]` leads to.
    private mutating func value(_ path: ArraySlice<Unicode.Scalar>) throws(TemplateError) -> Value {
        let head = path.prefix { $0 != "." && $0 != "[" }
        let name = String(String.UnicodeScalarView(head))
        var value: Value
        if name.isEmpty || Int(name) != nil {
            let index = Int(name) ?? nextIndex
            if name.isEmpty { nextIndex += 1 }
            guard arguments.positional.indices.contains(index) else {
                throw TemplateError(.argument, "the format has a place for argument \(index), which is not given")
            }
            value = arguments.positional[index]
        } else {
            guard let found = arguments.named[name] else {
                throw TemplateError(
                    .argument, "the format has a place for `\(name)`, which is not given",
                    suggestion: nearest(name, among: arguments.named.keys))
            }
            value = found
        }
        let place = SourceRange(offset: 0, length: 0)
        var rest = path[head.endIndex...]
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "." {
                let part = rest.prefix { $0 != "." && $0 != "[" }
                value = try renderer.attribute(String(String.UnicodeScalarView(part)), of: value, nil, place)
                rest = rest[part.endIndex...]
            } else {
                let part = rest.prefix { $0 != "]" }
                let key = String(String.UnicodeScalarView(part))
                value = try renderer.item(Int(key).map { .integer($0) } ?? .string(key), of: value, nil, place)
                rest = rest[part.endIndex...].dropFirst()
            }
            try renderer.refuseUndefined(value)
        }
        return value
    }
}

/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`
struct FormatSpecification {
    private var fill: Unicode.Scalar = " "
    private var alignment: Unicode.Scalar?
    private var sign: Unicode.Scalar = "-"
    private var isAlternate = false
    private var width = 0
    private var grouping: String?
    private var precision: Int?
    private var type: Unicode.Scalar?
    private let isEmpty: Bool

    init(_ text: String) throws(TemplateError) {
        var rest = Array(text.unicodeScalars)[...]
        isEmpty = rest.isEmpty
        let alignments: Set<Unicode.Scalar> = ["<", ">", "=", "^"]
        if let second = rest.dropFirst().first, alignments.contains(second), let first = rest.first {
            fill = first
            alignment = second
            rest = rest.dropFirst(2)
        } else if let first = rest.first, alignments.contains(first) {
            alignment = first
            rest = rest.dropFirst()
        }
        if let first = rest.first, ["+", "-", " "].contains(first) {
            sign = first
            rest = rest.dropFirst()
        }
        if rest.first == "#" {
            isAlternate = true
            rest = rest.dropFirst()
        }
        if rest.first == "0" {
            if alignment == nil { (fill, alignment) = ("0", "=") }
            rest = rest.dropFirst()
        }
        width = Self.number(&rest) ?? 0
        if let first = rest.first, first == "," || first == "_" {
            grouping = String(Character(first))
            rest = rest.dropFirst()
        }
        if rest.first == "." {
            rest = rest.dropFirst()
            guard let number = Self.number(&rest) else {
                throw TemplateError(.argument, "a format specification needs a number after `.`")
            }
            precision = number
        }
        type = rest.first
        if rest.count > 1 { throw TemplateError(.argument, "`\(text)` is no format specification") }
    }

    private static func number(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        var number: Int?
        while let scalar = rest.first, scalar.isASCII, let digit = decimalDigit(UInt8(scalar.value)) {
            number = min((number ?? 0) * 10 + Int(digit), 1 << 40)
            rest = rest.dropFirst()
        }
        return number
    }

    func format(_ value: Value, _ renderer: Renderer) throws(TemplateError) -> String {
        try renderer.checkLength(max(width, precision ?? 0))
        switch value {
        case .string(let text):
            guard type == nil || type == "s", alignment != "=" || fill == "0" else { throw unfit(value) }
            return aligned("", precision.map { ScalarText(text).prefix($0) } ?? text, byDefault: "<")
        case .boolean where isEmpty: return try renderer.text(value)
        case .integer, .boolean, .number:
            guard let number = Numeric(value) else { throw unfit(value) }
            return try formatted(number, value)
        default:
            guard isEmpty else { throw unfit(value) }
            return try renderer.text(value)
        }
    }

    private func formatted(_ number: Numeric, _ value: Value) throws(TemplateError) -> String {
        var isNegative = number.double.sign == .minus && !number.double.isNaN
        var digits: String
        switch (number, type) {
        case (.integer(let integer), nil), (.integer(let integer), "d"), (.integer(let integer), "n"):
            isNegative = integer < 0
            digits = grouped(String(integer.magnitude))
        case (.integer(let integer), "b"), (.integer(let integer), "o"), (.integer(let integer), "x"),
            (.integer(let integer), "X"):
            isNegative = integer < 0
            let radix = type == "b" ? 2 : type == "o" ? 8 : 16
            digits = String(integer.magnitude, radix: radix, uppercase: type == "X")
            if isAlternate, let type { digits = "0\(type)" + digits }
        case (.integer(let integer), "c"):
            guard let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else { throw unfit(value) }
            return aligned("", String(Character(scalar)), byDefault: "<")
        case (_, "f"), (_, "F"), (_, "e"), (_, "E"), (_, "g"), (_, "G"):
            digits = NumberFormat.text(number.double.magnitude, type ?? "f", precision: precision ?? 6)
            digits = groupedFraction(digits)
        case (_, "%"):
            digits = NumberFormat.text(number.double.magnitude * 100, "f", precision: precision ?? 6) + "%"
        case (.number(let double), nil):
            digits = NumberText.shortest(double.magnitude)
            if let precision {
                digits = NumberFormat.text(double.magnitude, "g", precision: precision)
                if !digits.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }) {
                    digits += ".0"
                }
            }
            digits = groupedFraction(digits)
        default: throw unfit(value)
        }
        let mark = isNegative ? "-" : sign == "-" ? "" : String(Character(sign))
        return aligned(mark, digits, byDefault: ">")
    }

    private func grouped(_ digits: String) -> String {
        grouping.map { NumberFormat.grouped(digits, separator: $0) } ?? digits
    }

    private func groupedFraction(_ digits: String) -> String {
        guard grouping != nil else { return digits }
        let whole = digits.unicodeScalars.prefix { $0.properties.numericType != nil }
        return grouped(String(whole)) + String(digits.unicodeScalars[whole.endIndex...])
    }

    private func aligned(_ mark: String, _ text: String, byDefault: Unicode.Scalar) -> String {
        switch alignment ?? byDefault {
        case "<": (mark + text).padded(to: width, with: fill, .left)
        case "^": centered(mark + text)
        case "=": mark + text.padded(to: width - mark.unicodeScalars.count, with: fill, .right)
        default: (mark + text).padded(to: width, with: fill, .right)
        }
    }

    /// The odd place goes to the right, unlike in `str.center`.
    private func centered(_ text: String) -> String {
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        return text.padded(to: width - (missing - missing / 2), with: fill, .right).padded(to: width, with: fill, .left)
    }

    private func unfit(_ value: Value) -> TemplateError {
        TemplateError(.type, "the format specification does not fit \(value.kindPhrase)")
    }
}
