/// What answers are made of that would take the square of their length, were each bracket, quote or fence looked at to the
/// end.
package enum AnswerTraps {
    package static let units = [
        "[", "{", "[{", "{\"a\":", "{\"a\":[", "\"", "\"\"", "\"a\" ", "'", "“", "\\", "\\\"", "```", "```json\n", "`",
        "~~~",
        "<think>", "</think>", "//", "/*", "#", ",", ":", "{}", "[]", "{\"a\":1}", "{\"a\":1} x ", "[1, ", "a", " ",
        "\n",
        "\"a\",", "\"a\":", "{\"a\":\"b\" ", "{a:b,", "1", "1,", "1.", "-", "...", "…", "\"\"\"", "'''", "{\\\"a\\\":",
        "“a”",
        "}", "]", "}{", "\"x\" + ", "null ", "{\"a\":\"b\"c\"}", "{'a':'b'c'}", "\u{FEFF}", "，", "(", "x(", "{\"a\":1 ",
        "{\"a\":{",
    ]

    /// One of these, over and over, up to a size in bytes.
    package static func text(of unit: String, bytes: Int) -> String {
        String(repeating: unit, count: bytes / unit.utf8.count)
    }
}
