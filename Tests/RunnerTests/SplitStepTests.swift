import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct SplitStepTests {
    private func pieces(_ text: String, _ lengths: [Int]) throws -> [String] {
        try TextUnits.chunks(of: text, unitLengths: lengths, size: 1, overlap: 0).map { String($0.text) }
    }

    @Test(arguments: [
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ("He said \"No.\" Then he left.", ["He said \"No.\" ", "Then he left."]),
        ("It costs 3.50 euros. Not more.", ["It costs 3.50 euros. ", "Not more."]),
        ("J. R. Smith came. He sat.", ["J. R. Smith came. ", "He sat."]),
        ("See e.g. the owl. It hoots…  And sleeps", ["See e.g. the owl. ", "It hoots…  ", "And sleeps"]),
        ("A title\n\nA text without an end\n\n\nAnother", ["A title\n\n", "A text without an end\n\n\n", "Another"]),
        ("夜鷹。鳴く！", ["夜鷹。", "鳴く！"]),
        ("", []), ("no end", ["no end"]), ("...", ["..."]),
    ])
    func sentencesEndWhereAReaderWouldSay(text: String, sentences: [String]) throws {
        #expect(try pieces(text, TextUnits.sentences(of: text)) == sentences)
    }

    @Test func linesKeepTheirEnds() throws {
        #expect(try pieces("a\nb\r\n\nc", TextUnits.lines(of: "a\nb\r\n\nc")) == ["a\n", "b\r\n", "\n", "c"])
    }

    @Test func tokensThatEndInsideACharacterDoNotCutIt() throws {
        // The owl has four bytes, and the family is one character of many scalars.
        for text in ["a🦉b🦉c", "👨‍👩‍👧x👨‍👩‍👧", "é\u{301}x"] {
            for length in 1...5 {
                let count = (text.utf8.count + length - 1) / length
                let chunks = try TextUnits.chunks(
                    of: text, unitLengths: Array(repeating: length, count: count), size: 2, overlap: 0)
                #expect(chunks.map { String($0.text) }.joined() == text)
            }
        }
    }

    @Test func aRowOfDotsAndAWideOverlapHaveTheirLimits() async throws {
        #expect(try TextUnits.sentences(of: String(repeating: ".", count: 200_000)) == [200_000])
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of:
                    "  - { id: a, split: { text: \"${{ 'line\\n' * 30000 }}\", by: lines, size: 20000, overlap: 19999 } }"
            )
            #expect(error?.message == "the chunks would hold more than 64 MB together: lower `overlap`")
        }
    }

    @Test func chunksOverlapAndTellTheirPlace() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a.chunks",
                after: """
                      - id: a
                        split: { text: "é1\\n22\\n3\\n4\\n5", by: lines, size: 3, overlap: 1 }
                    """)
            #expect(
                value == [
                    ["text": "é1\n22\n3\n", "index": 0, "start": 0, "size": 3],
                    ["text": "3\n4\n5", "index": 1, "start": 6, "size": 3],
                ])
        }
    }

    @Test func tokensAreThoseOfTheModel() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.a.count, steps.a.chunks | map(attribute='text') | list]",
                after: "  - { id: a, split: { text: 'abcdefghij', size: 2 } }")
            #expect(value == [2, ["abcdef", "ghij"]])
        }
    }
}
