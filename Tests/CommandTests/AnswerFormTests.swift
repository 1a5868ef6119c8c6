import Foundation
import Testing

/// Answers to prompts from the shell that are held to a form.
@Suite struct AnswerFormTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
        try fixture.write(
            #"{"type": "object", "required": ["category"], "properties": {"category": {"enum": ["billing", "bug"]}}}"#,
            to: "schema.json")
        try fixture.write("root ::= \"yes\" | \"no\"\n", to: "answer.gbnf")
    }

    private func ask(_ more: String...) throws -> CommandFixture.Outcome {
        try fixture.start(["prompt", "--model", CommandFixture.model, "The app crashes."] + more).finish()
    }

    @Test func `a schema, a grammar and choices are kept to`() throws {
        let categories = ["{\"category\": \"billing\"}\n", "{\"category\": \"bug\"}\n"]
        #expect(categories.contains(try ask("--schema", "schema.json").output))
        #expect(["yes\n", "no\n"].contains(try ask("--grammar", "answer.gbnf").output))
        #expect(["red\n", "green\n"].contains(try ask("--choice", "red", "--choice", "green").output))
    }

    @Test func `an answer that was cut off and so is not in its form fails`() throws {
        let outcome = try ask("--schema", "schema.json", "--max-tokens", "2")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the answer is not what was asked for"))
    }

    @Test(arguments: [
        (["--schema", "missing.json"], Int32(65), "missing.json"), (["--schema", "answer.gbnf"], 65, "is not JSON"),
        (["--schema", "wrong.json"], 65, "the `schema` is wrong"), (["--grammar", "schema.json"], 65, "grammar"),
        (["--grammar", "answer.gbnf", "--choice", "a"], 64, "not to several"),
    ])
    func `what cannot be kept to is refused`(_ arguments: [String], status: Int32, words: String) throws {
        try fixture.write(#"{"type": 7}"#, to: "wrong.json")
        let outcome = try fixture.start(["prompt", "--model", CommandFixture.model, "hello"] + arguments).finish()
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func `reproducible answers are the same`() throws {
        let one = try ask("--reproducible", "--temperature", "1.5", "--seed", "7", "--max-tokens", "12")
        let other = try ask("--reproducible", "--temperature", "1.5", "--seed", "7", "--max-tokens", "12")
        #expect(one.output == other.output)
        #expect(!one.output.isEmpty)
    }
}
