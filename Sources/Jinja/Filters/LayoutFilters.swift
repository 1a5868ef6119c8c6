extension Builtins {
    /// Filters that set text: widths, lines, lengths.
    static let layoutFilters: [String: Filter] = [
        "center": Filter(["width"]) { value, arguments, renderer throws(TemplateError) in
            let width = try arguments.integer(0, default: 80)
            try renderer.checkLength(width)
            return .string(try renderer.text(value).padded(to: width, .both))
        },
        "indent": Filter(["width", "first", "blank"]) { value, arguments, renderer throws(TemplateError) in
            .string(try indented(try plainText(value, "indent"), arguments, renderer))
        },
        "truncate": Filter(["length", "killwords", "end", "leeway"]) {
            value, arguments, renderer throws(TemplateError) in
            .string(try truncated(try plainText(value, "truncate"), arguments))
        },
        "wordwrap": Filter(["width", "break_long_words", "wrapstring", "break_on_hyphens"]) {
            value, arguments, renderer throws(TemplateError) in
            let text = try plainText(value, "wordwrap")
            let width = try arguments.integer(0, default: 79)
            guard width > 0 else {
                throw TemplateError(.argument, "the argument `width` of `wordwrap` must be above 0")
            }
            let wrapper = WordWrap(
                width: width, breaksLongWords: arguments.flag(1, default: true),
                breaksOnHyphens: arguments.flag(3, default: true))
            let separator = try arguments.optionalString(2) ?? "\n"
            try renderer.charge(text: text.utf8.count * 8)
            let lines = text.pythonLines().map { wrapper.lines(of: $0).joined(separator: separator) }
            return .string(try renderer.join(lines, with: separator))
        },
    ]

    private static func plainText(_ value: Value, _ name: String) throws(TemplateError) -> String {
        guard case .string(let text) = value else {
            throw TemplateError(.type, "`\(name)` needs a string, not \(value.kindPhrase)")
        }
        return text
    }

    private static func indented(
        _ text: String, _ arguments: BoundArguments, _ renderer: Renderer
    ) throws(TemplateError) -> String {
        let margin: String
        if case .string(let given)? = arguments[0] {
            margin = given
        } else {
            let width = try arguments.integer(0, default: 4)
            try renderer.checkLength(width)
            margin = String(repeating: " ", count: max(width, 0))
        }
        let isBlank = arguments.flag(2)
        let lines = (text + "\n").pythonLines()
        let (bytes, overflow) = lines.count.multipliedReportingOverflow(by: margin.utf8.count + 1)
        try renderer.checkLength(overflow ? Int.max : bytes)
        var result = arguments.flag(1) ? margin : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if isBlank || !line.isEmpty { result += margin }
            }
            result += line
        }
        try renderer.checkLength(result)
        try renderer.charge(text: result.utf8.count)
        return result
    }

    private static func truncated(_ text: String, _ arguments: BoundArguments) throws(TemplateError) -> String {
        let length = try arguments.integer(0, default: 255)
        let end = try arguments.string(2, default: "...")
        let leeway = try arguments.optionalInteger(3) ?? 5
        let endLength = end.unicodeScalars.count
        guard length >= endLength else {
            throw TemplateError(.argument, "the argument `length` of `truncate` must be at least \(endLength)")
        }
        guard leeway >= 0 else { throw TemplateError(.argument, "the argument `leeway` of `truncate` is below 0") }
        let scalars = ScalarText(text)
        let (most, overflow) = length.addingReportingOverflow(leeway)
        if overflow || scalars.count <= most { return text }
        let cut = scalars.prefix(length - endLength)
        if arguments.flag(1) { return cut + end }
        return (cut.splitFromRight(at: " ", limit: 1).first ?? cut) + end
    }
}
