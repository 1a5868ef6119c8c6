import Foundation
import Inference
import Jinja
import Testing

/// Answers that would take the square of their length, were each bracket, quote or fence looked at to the end.
@Suite(.timeLimit(.minutes(2))) struct AnswerTrapTests {
    private static let units = [
        "[", "{", "[{", "{\"a\":", "{\"a\":[", "\"", "\"\"", "\"a\" ", "'", "“", "\\", "\\\"", "```", "```json\n", "`",
        "~~~",
        "<think>", "</think>", "//", "/*", "#", ",", ":", "{}", "[]", "{\"a\":1}", "{\"a\":1} x ", "[1, ", "a", " ",
        "\n",
        "\"a\",", "\"a\":", "{\"a\":\"b\" ", "{a:b,", "1", "1,", "1.", "-", "...", "…", "\"\"\"", "'''", "{\\\"a\\\":",
        "“a”",
        "}", "]", "}{", "\"x\" + ", "null ", "{\"a\":\"b\"c\"}", "{'a':'b'c'}", "\u{FEFF}", "，", "(", "x(",
    ]

    @Test(arguments: units)
    func `an answer of 100 KB is read in a walk or two`(_ unit: String) throws {
        let count = 100_000 / unit.utf8.count
        let schema = try JSONSchema(["type": "object", "required": ["a"], "properties": ["a": ["type": "integer"]]])
        let body = String(repeating: unit, count: count)
        for text in [body, "[" + body, "{\"a\": " + body, "{\"a\": \"" + body] {
            for schema in [nil, schema] {
                _ = try? ParsedAnswer(from: text, schema: schema)
            }
        }
    }
}
