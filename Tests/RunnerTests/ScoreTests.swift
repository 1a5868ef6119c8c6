import Jinja
import OrderedCollections
import Testing

@testable import Runner

/// `score:` compares answers with what was expected.
@Suite struct ScoreTests {
    struct Pair: Sendable {
        var answer: Value
        var expected: Value
        var isSame: Bool
        var similarity: Double

        init(_ answer: Value, _ expected: Value, _ isSame: Bool, _ similarity: Double) {
            self.answer = answer
            self.expected = expected
            self.isSame = isSame
            self.similarity = similarity
        }
    }

    @Test(arguments: [
        Pair("owl", "owl", true, 1), Pair(" owl\n", "owl", true, 1), Pair("Owl", "owl", false, 1),
        Pair("a  b", "a b", false, 1), Pair("kitten", "sitting", false, 1 - 3.0 / 7), Pair("", "", true, 1),
        Pair("", "abcd", false, 0), Pair("日本語", "日本人", false, 2.0 / 3),
        Pair(1, .number(1), true, 1), Pair(1, 2, false, 0), Pair("1", 1, false, 0), Pair(true, 1, false, 0),
        Pair(1, true, false, 0), Pair(nil, nil, true, 1), Pair(nil, "x", false, 0),
        Pair([1, 2], [1, 2], true, 1), Pair([1], [1, 2], false, 0.5), Pair([2, 1], [1, 2], false, 0),
        Pair([], [], true, 1),
        Pair(["a": 1, "b": 2], ["a": 1], true, 1), Pair(["a": 1], ["a": 1, "b": 2], false, 0.5),
        Pair(["a": ["b": "owl"]], ["a": ["b": "owl"]], true, 1), Pair("x", ["a": 1], false, 0),
        Pair(["a": 1], [:], true, 1),
    ])
    func `answers are the same, or similar, by what they are`(pair: Pair) {
        #expect(Similarity.isSame(pair.answer, pair.expected) == pair.isSame)
        #expect(abs(Similarity.of(pair.answer, to: pair.expected) - pair.similarity) < 1e-9)
    }

    @Test func `long texts are compared in the time that short ones take, by words`() {
        let words = (0..<20_000).map { "word\($0)" }
        var other = words
        for index in stride(from: 0, to: 2000, by: 2) { other[index] = "x" }
        let text = Value.string(words.joined(separator: " "))
        #expect(Similarity.of(text, to: text) == 1)
        #expect(abs(Similarity.of(.string(other.joined(separator: " ")), to: text) - 0.5) < 0.01)
    }

    private func score(_ keys: String, _ folder: ProjectFolder) async throws -> Mapping {
        let outcome = try await folder.run(
            "steps:\n  - id: s\n    score: \(keys)\noutputs: { s: \"${{ steps.s }}\" }\n")
        return try #require(outcome.outputs["s"]?.mapping, "\(String(describing: outcome.error))")
    }

    @Test func `data are taken out of an answer that is text, where data are expected`() async throws {
        try await ProjectFolder.with { folder in
            let score = try await score(
                #"{ answer: "Sure: {'a': 1, b: 'x',}", expected: { a: 1, b: y, c: 3 } }"#, folder)
            #expect(score["valid"] == true)
            #expect(score["right"] == false)
            #expect(score["fields"] == ["a": true, "b": false, "c": false])
            #expect(score["answer"] == ["a": 1, "b": "x"])
            let text = try await self.score(#"{ answer: "Sure: {}", expected: "Sure: {}" }"#, folder)
            #expect(text["right"] == true)
            #expect(text["answer"] == "Sure: {}")
        }
    }

    @Test func `an answer that holds no such data is not valid, and never right`() async throws {
        try await ProjectFolder.with { folder in
            let none = try await score(#"{ answer: "I do not know.", expected: { a: 1 } }"#, folder)
            #expect([none["valid"], none["right"], none["exact"]] == [false, false, false])
            #expect(none["errors"]?.list?.isEmpty == false)
            let schema = "{ type: object, required: [a], properties: { a: { enum: [1, 2] } } }"
            let wrong = try await self.score(#"{ answer: '{"a": 3}', schema: \#(schema) }"#, folder)
            #expect([wrong["valid"], wrong["right"], wrong["exact"]] == [false, false, .null])
            let data = try await self.score("{ answer: { a: 5 }, schema: \(schema), check: 'answer.a == 5' }", folder)
            #expect([data["valid"], data["right"]] == [false, false])
            let right = try await self.score("{ answer: { a: 2 }, schema: \(schema) }", folder)
            #expect([right["valid"], right["right"]] == [true, true])
        }
    }

    @Test func `check and at_least decide what is right`() async throws {
        try await ProjectFolder.with { folder in
            let near = try await score("{ answer: kitten, expected: sitting, at_least: 0.5 }", folder)
            #expect([near["right"], near["exact"], near["similarity"]] == [true, false, .number(0.5714)])
            let far = try await self.score("{ answer: kitten, expected: sitting, at_least: 0.6 }", folder)
            #expect(far["right"] == false)
            let checked = try await self.score(
                #"{ answer: '{"n": 4}', expected: { n: 4 }, check: answer.n > expected.n }"#, folder)
            #expect([checked["right"], checked["exact"]] == [false, true])
            #expect(checked["errors"] == ["this does not hold: answer.n > expected.n"])
        }
    }
}
