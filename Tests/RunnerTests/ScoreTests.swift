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
        Pair("", "abcd", false, 0), Pair("abcdefghij", "axxxxxxxxx", false, 0.1), Pair("日本語", "日本人", false, 2.0 / 3),
        Pair(1, .number(1), true, 1), Pair(1, 2, false, 0), Pair("1", 1, true, 1), Pair(1, "1", true, 1),
        Pair("true", true, true, 1), Pair(true, 1, false, 0),
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

    @Test
    func
        `long texts are compared too: what is the same at their ends, by letters, by words, by their words in any order`()
    {
        func similarity(_ first: [String], _ second: [String]) -> Double {
            Similarity.of(.string(first.joined(separator: " ")), to: .string(second.joined(separator: " ")))
        }
        let words = (0..<20_000).map { "word\($0)" }
        #expect(similarity(words, words) == 1)
        var other = words
        other[10_000] = "x"
        #expect(similarity(words, other) > 0.9999)
        let middle = Array(repeating: "猫", count: 6000)
        #expect(similarity([middle.joined()], [(middle.dropLast(3001) + ["犬"] + middle.suffix(3000)).joined()]) > 0.999)
        other = words
        for index in stride(from: 0, to: 2000, by: 2) { other[index] = "x" }
        #expect(abs(similarity(Array(words.prefix(2000)), Array(other.prefix(2000))) - 0.5) < 0.01)
        for index in stride(from: 1, to: 20_000, by: 2) { other[index] = "x" }
        #expect(abs(similarity(words, other) - 0.45) < 0.02)
    }

    @Test func `texts of tables are compared with data, and data in texts are found for check`() async throws {
        try await ProjectFolder.with { folder in
            #expect(try await score(#"{ answer: { a: 1 }, expected: '{"a": 1}' }"#, folder)["right"] == true)
            #expect(try await score(#"{ answer: "It is 1.", expected: 1 }"#, folder)["right"] == true)
            #expect(try await score(#"{ answer: "", expected: null }"#, folder)["right"] == true)
            let none = try await score(#"{ answer: "nothing", expected: null }"#, folder)
            #expect([none["valid"], none["exact"], none["similarity"]] == [false, false, .number(0)])
            #expect(try await score(#"{ answer: '{"n": 5}', check: answer.n >= 4 }"#, folder)["right"] == true)
            #expect(try await score(#"{ answer: owl, check: answer == "owl" }"#, folder)["right"] == true)
            let without = try await score(#"{ answer: '{"n": 5}', check: answer.m >= 4 }"#, folder)
            #expect([without["valid"], without["right"]] == [true, false])
            #expect(without["errors"]?.list?.first?.string?.hasPrefix("`check` cannot be answered: ") == true)
            let refused = try await score("{ answer: owl, expected: owl, valid: 1 > 2 }", folder)
            #expect([refused["valid"], refused["right"], refused["exact"]] == [false, false, false])
        }
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
