import Jinja
import OrderedCollections

// Strings: by pattern, by format, by length.
extension SchemaGrammarBuilder {
    /// Beyond it a length is left to the check.
    private static let longestCounted = 20_000

    mutating func string(_ keywords: Mapping, _ place: SchemaPlace) throws(Failure) -> String {
        var least = keywords["minLength"]?.integer ?? 0
        var most = keywords["maxLength"]?.integer
        guard least <= most ?? .max else { throw .impossible }
        if let pattern = keywords["pattern"]?.string {
            var reader = PatternGrammar(pattern)
            if let expression = reader.expression(character: character) {
                if least > 0 || most != nil { leaveOpen(least > 0 ? "minLength" : "maxLength", place) }
                if keywords["format"] != nil { leaveOpen("format", place) }
                let name = rules.name(like: place.name + "-pattern")
                rules.add(name, "\"\\\"\" \(expression) \"\\\"\"")
                return name
            }
            leaveOpen("pattern", place)
        }
        if let format = keywords["format"]?.string {
            if let body = FormatGrammar.bodies[format] {
                if least > 0 || most != nil { leaveOpen(least > 0 ? "minLength" : "maxLength", place) }
                for (name, body) in FormatGrammar.parts { _ = rules.share(name, body) }
                return rules.share("format-\(format)", "\"\\\"\" \(body) \"\\\"\"")
            }
            leaveOpen("format: \(format)", place)
        }
        if least > Self.longestCounted || most ?? 0 > Self.longestCounted {
            leaveOpen(least > Self.longestCounted ? "minLength" : "maxLength", place)
            least = min(least, Self.longestCounted)
            most = nil
        }
        if least == 0, most == nil { return anyString }
        let name = rules.name(like: place.name + "-text")
        rules.add(name, "\"\\\"\" \(character){\(least),\(most.map { "\($0)" } ?? "")} \"\\\"\"")
        return name
    }
}

/// The formats of strings that a grammar can say.
enum FormatGrammar {
    /// The rules that they use.
    static let parts: [(name: String, body: String)] = [
        ("format-digit", "[0-9]"),
        // Multiples of four between 04 and 96, by which years have a leap day.
        ("format-four", "(\"0\" [48] | [2468] [048] | [13579] [26])"),
        ("format-year", "([1-9] [0-9]{3} | \"0\" [1-9] [0-9]{2} | \"00\" [1-9] [0-9] | \"000\" [1-9])"),
        ("format-leap-year", "([0-9]{2} format-four | format-four \"00\")"),
        (
            "format-month-day",
            "((\"01\" | \"03\" | \"05\" | \"07\" | \"08\" | \"10\" | \"12\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"3\" [01]) | "
                + "(\"04\" | \"06\" | \"09\" | \"11\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"30\") | "
                + "\"02-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8]))"
        ),
        ("format-hour-minute", "([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9]"),
    ]

    private static let date = "(format-year \"-\" format-month-day | format-leap-year \"-02-29\")"
    private static let time =
        "format-hour-minute \":\" [0-5] [0-9] (\".\" [0-9]{1,6})? (\"Z\" | [+-] format-hour-minute)"
    private static let hexadecimal = "[0-9a-f]"
    private static let label = "[a-z0-9] ([a-z0-9-]{0,30} [a-z0-9])?"

    static let bodies = [
        "date": date,
        "time": time,
        "date-time": "\(date) \"T\" \(time)",
        "uuid":
            "\(hexadecimal){8} \"-\" \(hexadecimal){4} \"-\" \(hexadecimal){4} \"-\" \(hexadecimal){4} \"-\" \(hexadecimal){12}",
        "email": "[A-Za-z0-9_+-]{1,32} (\".\" [A-Za-z0-9_+-]{1,32}){0,3} \"@\" \(label) (\".\" \(label)){1,4}",
    ]
}
