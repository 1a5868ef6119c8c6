import AnswerTraps
import Inference
import Jinja
import Testing

/// Answers that would take the square of their length, were each bracket, quote or fence looked at to the end.
@Suite(.timeLimit(.minutes(2))) struct AnswerTrapTests {
    @Test(arguments: AnswerTraps.units)
    func `an answer of 100 KB is read in a walk or two`(_ unit: String) throws {
        let schema = try JSONSchema(["type": "object", "required": ["a"], "properties": ["a": ["type": "integer"]]])
        let body = AnswerTraps.text(of: unit, bytes: 100_000)
        for text in [body, "[" + body, "{\"a\": " + body, "{\"a\": \"" + body] {
            for schema in [nil, schema] {
                _ = try? ParsedAnswer(from: text, schema: schema)
            }
        }
    }
}
