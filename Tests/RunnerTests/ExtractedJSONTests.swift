import Inference
import Jinja
import Testing

/// What `parse` finds in the answers that models give.
@Suite struct ExtractedJSONTests {
    @Test(arguments: [
        AnswerCase(#"{"a": 1}"#, ["a": 1], exact: true),
        AnswerCase("\n [1, 2] \n", [1, 2], exact: true),
        AnswerCase("12", 12, exact: true),
        AnswerCase("\"text\"", "text", exact: true),
        AnswerCase("```json\n{\"a\": 1}\n```", ["a": 1]),
        AnswerCase("```\n[1]\n```", [1]),
        AnswerCase("Here:\n```json\n{\"a\": 1}\n```\nDone.", ["a": 1]),
        AnswerCase("```python\nprint(1)\n```\n```json\n{\"a\": 1}\n```", ["a": 1]),
        AnswerCase("```json\n{\"a\": 1}", ["a": 1]),
        AnswerCase(#"The answer is {"a": 1}."#, ["a": 1]),
        AnswerCase(#"As [noted], {"a": 1}"#, ["a": 1]),
        AnswerCase(#"Use {braces} or [brackets: {"a": 1}"#, ["a": 1]),
        AnswerCase(#"It's {"a": "}{ \" ]["} here"#, ["a": #"}{ " ]["#]),
        AnswerCase(#"{"a": {"b": [1, {"c": 2}]}} and {"d": 3}"#, ["a": ["b": [1, ["c": 2]]]]),
        AnswerCase(#"{bad} {"a": 1}"#, ["a": 1]),
        AnswerCase("é🦉 {\"a\": \"é🦉\"} 🦉", ["a": "é🦉"]),
    ])
    func theDataIsFoundInAnAnswer(answer: AnswerCase) throws {
        let found = try ExtractedJSON(from: answer.text)
        #expect(found.value == answer.value)
        #expect(found.isExact == answer.isExact)
    }

    @Test(arguments: [
        NoDataCase("", "the text is empty, and JSON was expected"),
        NoDataCase(" \n ", "the text is empty, and JSON was expected"),
        NoDataCase("I cannot help with that", "there is no JSON in the text"),
        NoDataCase("{\"a\": 1", "the JSON in the text is damaged, at line 1"),
        NoDataCase("{\"a\":\n tru}", "the JSON in the text is damaged, at line 2"),
        NoDataCase("```json\n{\"a\": }\n```", "the JSON in the text is damaged"),
        NoDataCase("nothing in [these {brackets", "the JSON in the text is damaged"),
    ])
    func whereThereIsNoDataItIsSaid(answer: NoDataCase) {
        let failure = #expect(throws: ExtractedJSON.Failure.self) { try ExtractedJSON(from: answer.text) }
        #expect(failure?.message.hasPrefix(answer.message) == true, "\(failure?.message ?? "")")
    }

    @Test func aTextOfBracketsIsGivenUpSoon() {
        let text = String(repeating: "[{", count: 20_000)
        #expect(throws: ExtractedJSON.Failure.self) { try ExtractedJSON(from: text) }
    }
}

struct AnswerCase: Sendable {
    let text: String
    let value: Value
    let isExact: Bool

    init(_ text: String, _ value: Value, exact isExact: Bool = false) {
        self.text = text
        self.value = value
        self.isExact = isExact
    }
}

struct NoDataCase: Sendable {
    let text: String
    let message: String

    init(_ text: String, _ message: String) {
        self.text = text
        self.message = message
    }
}
