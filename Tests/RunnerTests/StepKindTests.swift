import Foundation
import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct ListStepTests {
    @Test func aFileIsToldWithItsFacts() async throws {
        try await ProjectFolder.with { project in
            try project.write("hello", to: "inbox/first.note.txt")
            let file = try await project.value(
                of: "steps.a.files[0]", after: "  - id: a\n    list: inbox/*.txt")?.mapping
            #expect(
                file?.filter { $0.key != "modified" } == [
                    "path": "inbox/first.note.txt", "name": "first.note.txt", "stem": "first.note",
                    "extension": "txt", "bytes": 5,
                    "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                ])
            #expect(file?["modified"]?.string?.hasSuffix("Z") == true)
        }
    }

    @Test func nothingFoundIsAnEmptyList() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.a.files, steps.a.count]", after: "  - id: a\n    list: none/*")
            #expect(value == [[], 0])
        }
    }
}

@Suite struct ReadStepTests {
    @Test(arguments: [
        ReadCase("a.txt", "text", "text", "text"),
        ReadCase("a.txt", "\u{FEFF}text", "text", "text"),
        ReadCase("a.json", #"{"b": [1, 2.5, null]}"#, "data", ["b": [1, 2.5, .null]]),
        ReadCase("a.jsonl", "{\"b\": 1}\n\n[2]\r\n3", "data", [["b": 1], [2], 3]),
        ReadCase("a.csv", "b,c\n1,x\n,y\n", "data", [["b": 1, "c": "x"], ["b": .null, "c": "y"]]),
        ReadCase("a.csv", "b,c\n", "columns", ["b", "c"]),
        ReadCase("a.csv", "b,c\n", "data", []),
        ReadCase("a.tsv", "b\tc\n1\t2,5\n", "data", [["b": 1, "c": "2,5"]]),
        ReadCase("A.JSON", "[1]", "data", [1]),
        ReadCase("a.txt", "", "bytes", 0),
        ReadCase("deep/a.txt", "x", "path", "deep/a.txt"),
    ])
    func aFileIsReadByItsExtension(read: ReadCase) async throws {
        try await ProjectFolder.with { project in
            try project.write(read.content, to: read.path)
            #expect(
                try await project.value(of: "steps.a.\(read.output)", after: "  - id: a\n    read: \(read.path)")
                    == read.value)
        }
    }

    @Test func theStepMaySayAnotherFormat() async throws {
        try await ProjectFolder.with { project in
            try project.write("a,b\n1,2\n", to: "table.txt")
            let value = try await project.value(
                of: "steps.a.data", after: "  - id: a\n    read: { path: table.txt, as: csv }")
            #expect(value == [["a": 1, "b": 2]])
        }
    }

    @Test(arguments: [
        FailureCase("read: none.txt", "file_not_found", "there is no file none.txt"),
        FailureCase("read: folder", "file_unreadable", "folder is a folder: `list` finds the files in it"),
        FailureCase("read: binary.txt", "bad_data", "binary.txt is no text"),
        FailureCase("read: bad.json", "bad_data", "bad.json:2:"),
        FailureCase("read: bad.jsonl", "bad_data", "bad.jsonl:3:"),
        FailureCase("read: bad.csv", "bad_data", "bad.csv:3: row 2 has 1 fields, and there are 2 columns"),
        FailureCase("read: { path: long.txt, max_bytes: 9 }", "file_too_large", "larger than 9 bytes"),
        FailureCase("read: '${{ \"\" }}'", "bad_value", "empty path"),
    ])
    func whatCannotBeReadIsOneSentence(failure: FailureCase) async throws {
        try await ProjectFolder.with { project in
            try project.write("", to: "folder/x.txt")
            try project.write(Data([0x00, 0x01, 0x02, 0x03, 0x61, 0xFF]), to: "binary.txt")
            try project.write("{\n\"a\": }", to: "bad.json")
            try project.write("1\n\n{\n", to: "bad.jsonl")
            try project.write("a,b\n1,2\n3\n", to: "bad.csv")
            try project.write("0123456789", to: "long.txt")
            try await failure.check(in: project)
        }
    }

    @Test func aFileAsLargeAsAllowedIsRead() async throws {
        try await ProjectFolder.with { project in
            try project.write("0123456789", to: "long.txt")
            let value = try await project.value(
                of: "steps.a.bytes", after: "  - id: a\n    read: { path: long.txt, max_bytes: 10 }")
            #expect(value == 10)
        }
    }
}

@Suite struct SetAndParseStepTests {
    @Test func setKeepsTypesAndOrder() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a",
                after: "  - id: a\n    set: { z: 1, b: '${{ [1, 2] }}', c: 'n ${{ 1 }}', d: { e: '${{ none }}' } }")
            #expect(value == ["z": 1, "b": [1, 2], "c": "n 1", "d": ["e": .null]])
        }
    }

    @Test func parseTakesDataOutOfAnAnswer() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.b.data, steps.b.exact]",
                after: "  - id: a\n    prompt: Sort this.\n  - id: b\n    parse: ${{ steps.a.text }}",
                engine: ScriptedEngine(saying: "Here it is:\n```json\n{\"category\": \"bug\"}\n```"))
            #expect(value == [["category": "bug"], false])
        }
    }

    @Test(arguments: [
        FailureCase("parse: no data here", "answer_invalid", "there is no JSON in the text: \"no data here\""),
        FailureCase("parse: ''", "answer_invalid", "the text is empty"),
        FailureCase("parse: '{\"a\": '", "answer_invalid", "is cut off in the middle"),
        FailureCase("parse: { text: '{\"a\": 1}', require: [a, b] }", "answer_invalid", "it lacks `b`"),
        FailureCase("parse: { text: '[1]', require: [a] }", "answer_invalid", "not a mapping with the keys a"),
    ])
    func anAnswerThatIsNotWantedIsOneSentence(failure: FailureCase) async throws {
        try await ProjectFolder.with { project in try await failure.check(in: project) }
    }

    @Test func anExpressionThatFailsIsToldWithItsPlace() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(of: "  - id: a\n    set: { x: '${{ 1 / 0 }}' }")
            #expect(error?.code == "expression")
            #expect(error?.message.hasPrefix("test.yaml:4:") == true, "\(error?.message ?? "")")
        }
    }
}

@Suite struct WriteStepTests {
    @Test(arguments: [
        WriteCase("path: a.txt, text: 'n ${{ 1 }}'", "n 1"),
        WriteCase("path: a.json, data: { b: [1, x] }", "{\n  \"b\": [\n    1,\n    \"x\"\n  ]\n}\n"),
        WriteCase("path: a.jsonl, rows: [{ b: 1 }, { b: \"x\\ny\" }]", "{\"b\":1}\n{\"b\":\"x\\ny\"}\n"),
        WriteCase("path: a.jsonl, data: [{ b: 1 }, { b: 2 }]", "{\"b\":1}\n{\"b\":2}\n"),
        WriteCase("path: a.csv, rows: [{ b: 1, c: 'x,y' }, { d: 'q\"' }]", "b,c,d\n1,\"x,y\",\n,,\"q\"\"\"\n"),
        WriteCase("path: a.csv, columns: [c, b], rows: [{ b: 1, c: 2, d: 3 }]", "c,b\n2,1\n"),
        WriteCase("path: a.csv, rows: []", "\n"),
        WriteCase("path: a.jsonl, rows: []", ""),
        WriteCase("path: a.txt, format: json, data: 1", "1\n"),
        WriteCase("path: a.md, data: 'as it is', format: text", "as it is"),
        WriteCase("path: deep/new/a.txt, text: ''", ""),
    ])
    func aFileIsWrittenByItsExtensionOrFormat(write: WriteCase) async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run("steps:\n  - id: a\n    write: { \(write.yaml) }")
            #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
            let path = try #require(outcome.work.files.first)
            #expect(try project.text(path) == write.content)
            #expect(project.contents.allSatisfy { !$0.contains("tmp") })
        }
    }

    @Test(arguments: [
        FailureCase("write: { path: ../a.txt, text: x }", "write_refused", "is outside the project folder"),
        FailureCase("write: { path: 'OUTSIDE/a.txt', text: x }", "write_refused", "needs `--allow-write "),
        FailureCase("write: { path: way/a.txt, text: x }", "write_refused", "is outside the project folder"),
        FailureCase("write: { path: a.txt, text: x, mode: create }", "write_refused", "is there already"),
        FailureCase("write: { path: b.csv, rows: [1] }", "bad_value", "row 0 of the table for b.csv"),
        FailureCase("write: { path: b.csv, rows: '${{ 1 }}' }", "bad_value", "a list of mappings is needed"),
        FailureCase("write: { path: b.csv, data: 1 }", "bad_value", "a list is needed"),
    ])
    func whatMayNotBeWrittenIsOneSentenceAndLeavesNothing(failure: FailureCase) async throws {
        try await ProjectFolder.with { project in
            try project.write("old", to: "a.txt")
            try project.link("way", to: "../outside")
            try await failure.check(in: project)
            #expect(try project.text("a.txt") == "old")
            #expect(project.contents == ["a.txt", "way"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: project.outside.path) == [])
        }
    }

    @Test func createWritesWhatIsNotThere() async throws {
        try await ProjectFolder.with { project in
            let steps = "steps:\n  - id: a\n    write: { path: a.txt, text: new, mode: create }"
            let first = try await project.run(steps)
            #expect(first.state == .done)
            #expect(try project.text("a.txt") == "new")
            #expect(project.contents == ["a.txt"])
            let second = try await project.run(steps)
            #expect(second.state == .failed)
        }
    }

    @Test func aWriteRootTakesFiles() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                "steps:\n  - id: a\n    write: { path: ../outside/a.txt, text: new }", writeRoots: [project.outside])
            #expect(outcome.state == .done)
            #expect(try String(contentsOf: project.outside.appending(path: "a.txt"), encoding: .utf8) == "new")
        }
    }
}

struct ReadCase: Sendable {
    let path: String
    let content: String
    let output: String
    let value: Value

    init(_ path: String, _ content: String, _ output: String, _ value: Value) {
        self.path = path
        self.content = content
        self.output = output
        self.value = value
    }
}

struct WriteCase: Sendable {
    let yaml: String
    let content: String

    init(_ yaml: String, _ content: String) {
        self.yaml = yaml
        self.content = content
    }
}

/// A step that fails, with the code and a part of the sentence.
struct FailureCase: Sendable, CustomTestStringConvertible {
    let step: String
    let code: String
    let message: String

    init(_ step: String, _ code: String, _ message: String) {
        self.step = step
        self.code = code
        self.message = message
    }

    var testDescription: String { step }

    func check(in project: ProjectFolder, _ location: SourceLocation = #_sourceLocation) async throws {
        let step = step.replacing("OUTSIDE", with: project.outside.path)
        let error = try await project.failure(of: "  - id: a\n    \(step)")
        #expect(error?.code == code, sourceLocation: location)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")", sourceLocation: location)
    }
}
