import Foundation
import History
import Jinja
import Testing

@testable import Runner

/// `write` with `mode: append`, and the formats.
@Suite struct AppendTests {
    private func write(_ project: ProjectFolder, _ step: String) async throws -> RunOutcome {
        try await project.run("steps:\n  - id: a\n    write: \(step)\n")
    }

    @Test func wholeLinesAreAddedBehindWholeLines() async throws {
        try await ProjectFolder.with { project in
            try project.write("no end", to: "log.txt")
            _ = try await write(project, "{ path: log.txt, text: one, mode: append }")
            _ = try await write(project, "{ path: log.txt, text: \"two\\n\", mode: append }")
            let outcome = try await write(project, "{ path: log.txt, text: \"\", mode: append }")
            #expect(outcome.state == .done)
            #expect(try project.text("log.txt") == "no end\none\ntwo\n")
        }
    }

    @Test func aTableGetsItsLineOfColumnsOnceAndRowsInItsOrder() async throws {
        try await ProjectFolder.with { project in
            _ = try await write(project, "{ path: t.csv, rows: [{ a: 1, b: 'x, \"y\"' }], mode: append }")
            _ = try await write(project, "{ path: t.csv, rows: [{ b: two, a: 2 }, { a: 3 }], mode: append }")
            #expect(try project.text("t.csv") == "a,b\n1,\"x, \"\"y\"\"\"\n2,two\n3,\n")
            let strange = try await write(project, "{ path: t.csv, rows: [{ c: 1 }], mode: append }")
            #expect(strange.state == .failed)
            #expect(
                strange.error?.message
                    == "t.csv has the columns `a`, `b`, and there is none for `c`: write to another file")
            #expect(try project.text("t.csv") == "a,b\n1,\"x, \"\"y\"\"\"\n2,two\n3,\n")
        }
    }

    @Test func theColumnsOfATableMayBeLongAndHoldLineEnds() async throws {
        try await ProjectFolder.with { project in
            _ = try await write(project, "{ path: t.csv, rows: [{ \"a\\nb\": 1 }], mode: append }")
            _ = try await write(project, "{ path: t.csv, rows: [{ \"a\\nb\": 2 }], mode: append }")
            #expect(try project.text("t.csv") == "\"a\nb\"\n1\n2\n")
        }
    }

    @Test func jsonLinesAndYAMLGrow() async throws {
        try await ProjectFolder.with { project in
            for number in 1...2 {
                _ = try await write(project, "{ path: l.jsonl, rows: [{ n: \(number) }], mode: append }")
                _ = try await write(project, "{ path: l.yaml, rows: [{ n: \(number) }], mode: append }")
                _ = try await write(project, "{ path: d.yaml, data: { n: \(number) }, mode: append }")
                _ = try await write(project, "{ path: e.yaml, rows: [], mode: append }")
            }
            #expect(try project.text("l.jsonl") == "{\"n\":1}\n{\"n\":2}\n")
            #expect(try project.text("l.yaml") == "- \"n\": 1\n- \"n\": 2\n")
            #expect(try project.text("d.yaml") == "\"n\": 1\n---\n\"n\": 2\n")
            #expect(try project.text("e.yaml") == "")
        }
    }

    @Test func nothingIsAppendedToAJSONFile() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await write(project, "{ path: a.json, data: 1, mode: append }")
            #expect(outcome.error?.message.contains("take `format: jsonl`") == true)
            #expect(project.contents == [])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func manyAppendersDoNotTearLines() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    foreach: { items: "${{ range(60) | list }}", max_parallel: 16 }
                    write: { path: log.txt, text: "${{ item }} ${{ 'x' * 20000 }}", mode: append }
                """)
            #expect(outcome.state == .done)
            let lines = try project.text("log.txt").split(separator: "\n")
            #expect(lines.count == 60)
            #expect(lines.allSatisfy { $0.hasSuffix(" " + String(repeating: "x", count: 20_000)) })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func writersThatKnowNothingOfLocksLoseNothing() async throws {
        try await ProjectFolder.with { project in
            try project.write("", to: "log.txt")
            let file = project.url.appending(path: "log.txt")
            let stranger = Task.detached {
                let descriptor = open(file.path, O_WRONLY | O_APPEND)
                defer { close(descriptor) }
                for number in 0..<400 {
                    let line = Data("stranger \(number)\n".utf8)
                    _ = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    foreach: { items: "${{ range(100) | list }}", max_parallel: 2 }
                    write: { path: log.txt, text: "own ${{ item }}", mode: append }
                """)
            try await stranger.value
            #expect(outcome.state == .done)
            let lines = try project.text("log.txt").split(separator: "\n").map(String.init)
            #expect(Set(lines).count == 500)
            #expect(lines.count == 500)
            #expect(lines.count { $0.hasPrefix("own ") } == 100)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func whatIsTriedAgainAfterItsTimeLimitIsNotAppendedAgain() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    foreach: { items: "${{ range(60) | list }}", on_error: continue }
                    timeout: 2ms
                    retry: { max_attempts: 30, delay: 1ms, backoff: 1 }
                    write: { path: log.txt, text: "${{ item }}", mode: append }
                """)
            #expect([.done, .partial].contains(outcome.state))
            let lines = try project.text("log.txt").split(separator: "\n")
            #expect(Set(lines).count == lines.count)
        }
    }

    /// What a process leaves that was killed in the midst of an append.
    @Test(arguments: [
        ("", "first\nmiddle\n"), ("mid", "first\nmiddle\n"), ("middle\n", "first\nmiddle\n"),
        ("someone else\n", "first\nsomeone else\n"),
    ])
    func whoeverComesNextFinishesWhatWasCutOff(behind: String, expected: String) async throws {
        try await ProjectFolder.with { project in
            _ = try await write(project, "{ path: log.txt, text: first, mode: append }")
            let file = project.url.appending(path: "log.txt")
            let step = try #require(try await project.history.steps(of: project.history.run("latest").id).last)
            _ = try await project.history.beginFile(
                NewFile(
                    path: project.files().writable("log.txt").path, mode: .append, bytes: 7, sha256: "x",
                    append: (6, Data("middle\n".utf8))), step: step.row, at: Date())
            let handle = try FileHandle(forWritingTo: file)
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(behind.utf8))
            try handle.close()
            _ = try await write(project, "{ path: log.txt, text: last, mode: append }")
            #expect(try project.text("log.txt") == expected + "last\n")
        }
    }

    @Test func aFileThatWasCutShortMeanwhileIsNotFilledUp() async throws {
        try await ProjectFolder.with { project in
            _ = try await write(project, "{ path: log.txt, text: first, mode: append }")
            let step = try #require(try await project.history.steps(of: project.history.run("latest").id).last)
            _ = try await project.history.beginFile(
                NewFile(
                    path: project.files().writable("log.txt").path, mode: .append, bytes: 7, sha256: "x",
                    append: (6, Data("middle\n".utf8))), step: step.row, at: Date())
            try project.write("", to: "log.txt")
            _ = try await write(project, "{ path: log.txt, text: last, mode: append }")
            #expect(try project.text("log.txt") == "last\n")
        }
    }
}
