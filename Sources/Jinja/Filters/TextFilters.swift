import OrderedCollections

extension Builtins {
    /// Filters that give text, and take anything as text.
    static let textFilters: [String: Filter] = [
        "upper": text { $0.pythonUppercased },
        "lower": text { $0.pythonLowercased },
        "capitalize": text { $0.capitalizedFirst },
        "title": text(titlecased),
        "string": text { $0 },
        // There is no HTML here, so nothing is marked as safe.
        "safe": text { $0 },
        "striptags": text(withoutTags),
        "escape": text(escaped),
        "e": text(escaped),
        "forceescape": text(escaped),
        "trim": Filter(["chars"]) { value, arguments, renderer throws(TemplateError) in
            .string(try renderer.text(value).stripped(of: try arguments.optionalString(0)))
        },
        "replace": Filter(["old", "new", "count"], required: 2) { value, arguments, renderer throws(TemplateError) in
            .string(
                try renderer.replace(
                    try renderer.text(value), try renderer.text(arguments[0] ?? .null),
                    try renderer.text(arguments[1] ?? .null), try arguments.optionalInteger(2) ?? -1))
        },
        "format": Filter.withAnyArguments({ value, arguments, renderer throws(TemplateError) in
            guard arguments.positional.isEmpty || arguments.named.isEmpty else {
                throw TemplateError(.argument, "`format` takes either plain or named arguments, not both")
            }
            let values: Value =
                arguments.named.isEmpty ? .tuple(arguments.positional) : .mapping(arguments.named)
            return .string(try renderer.format(try renderer.text(value), percent: values))
        }),
        "wordcount": Filter { value, _, renderer throws(TemplateError) in
            var count = 0
            var isInside = false
            for scalar in try renderer.text(value).unicodeScalars {
                if scalar.isPythonWord, !isInside { count += 1 }
                isInside = scalar.isPythonWord
            }
            return .integer(count)
        },
        "urlencode": Filter { value, _, renderer throws(TemplateError) in .string(try urlEncoded(value, renderer)) },
    ]

    private static func text(_ change: @escaping @Sendable (String) -> String) -> Filter {
        Filter { value, _, renderer throws(TemplateError) in
            let text = try renderer.text(value)
            try renderer.charge(text: text.utf8.count * 2)
            let result = change(text)
            try renderer.checkLength(result)
            return .string(result)
        }
    }

    /// Each word in capitals at its start; words begin after white space, hyphens and opening brackets.
    private static func titlecased(_ text: String) -> String {
        var result = ""
        var word = String.UnicodeScalarView()
        func finish() {
            guard let first = word.first else { return }
            result += first.properties.uppercaseMapping
            result += String(String.UnicodeScalarView(word.dropFirst())).pythonLowercased
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar) {
                finish()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        finish()
        return result
    }

    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&#34;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Without comments and tags, white space as single spaces, and the five common character references resolved.
    private static func withoutTags(_ text: String) -> String {
        var bytes = ByteText(text)
        for (open, close) in [("<!--", "-->"), ("<", ">")] {
            var output: [UInt8] = []
            var start = 0
            while let opening = bytes.firstRange(of: ByteText(open), from: start),
                let closing = bytes.firstRange(of: ByteText(close), from: opening.upperBound)
            {
                output += bytes.bytes[start..<opening.lowerBound]
                start = closing.upperBound
            }
            output += bytes.bytes[start...]
            bytes = ByteText(String(decoding: output, as: UTF8.self))
        }
        var plain = bytes.text(0..<bytes.bytes.count).splitAtSpace().joined(separator: " ")
        for (name, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{A0}"),
            ("&amp;", "&"),
        ] { plain = plain.replacing(name, with: character, limit: -1) }
        return plain
    }

    private static func urlEncoded(_ value: Value, _ renderer: Renderer) throws(TemplateError) -> String {
        var pairs: [(Value, Value)] = []
        switch value {
        case .mapping(let entries): pairs = entries.map { (.string($0.key), $0.value) }
        case .list(let values), .tuple(let values):
            for element in values {
                guard let pair = element.list, pair.count == 2 else {
                    throw TemplateError(.type, "`urlencode` needs pairs of a name and a value in a list")
                }
                pairs.append((pair[0], pair[1]))
            }
        default: return quoted(try renderer.text(value), isQuery: false)
        }
        var parts: [String] = []
        for (name, value) in pairs {
            parts.append(
                quoted(try renderer.text(name), isQuery: true) + "=" + quoted(try renderer.text(value), isQuery: true))
        }
        return try renderer.join(parts, with: "&")
    }

    private static func quoted(_ text: String, isQuery: Bool) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), minus,
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: "/") where !isQuery: result.append(byte)
            case 0x20 where isQuery: result.append(plus)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += Array("%\(byte < 16 ? "0" : "")\(digits)".utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
