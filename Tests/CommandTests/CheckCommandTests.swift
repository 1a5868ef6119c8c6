import Foundation
import Jinja
import Testing

/// A workflow with a mistake, and what `nightjar check` says of it.
struct BrokenWorkflow: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var place: String
    var message: String
    var suggestion: String?

    var testDescription: String { name }

    static let all = [
        BrokenWorkflow(
            name: "misspelt key", text: "version: 1\nsteps:\n  - id: a\n    raed: x.txt\n", place: "4:5",
            message: "a step has no key `raed`", suggestion: "read"),
        BrokenWorkflow(
            name: "unknown step",
            text: """
                version: 1
                steps:
                  - id: tickets
                    list: "*.txt"
                  - id: b
                    set: { n: "${{ steps.tickts.count }}" }
                """, place: "6:26", message: "there is no step `tickts`", suggestion: "tickets"),
        BrokenWorkflow(
            name: "cycle",
            text: """
                version: 1
                steps:
                  - id: a
                    needs: [b]
                    set: { x: 1 }
                  - id: b
                    needs: [a]
                    set: { x: 1 }
                """, place: "7:13", message: "`a` → `b` → `a`", suggestion: nil),
        BrokenWorkflow(
            name: "bad YAML", text: "version: 1\nsteps:\n  - id: \"a\n    set: { x: 1 }\n", place: "3:9",
            message: "this quote is never closed", suggestion: nil),
    ]
}

@Suite struct CheckCommandTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test(arguments: BrokenWorkflow.all)
    func `a mistake is told with file, line, column and the near name, and the exit code is 65`(
        workflow: BrokenWorkflow
    ) throws {
        try fixture.write(workflow.text, to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("w.yaml:\(workflow.place): error: "), "\(outcome.errors)")
        #expect(outcome.errors.contains(workflow.message))
        if let suggestion = workflow.suggestion { #expect(outcome.errors.contains("did you mean `\(suggestion)`?")) }

        // A run refuses it likewise, before anything happens.
        let run = try fixture.run("run", "w.yaml")
        #expect(run.status == 65)
        #expect(run.errors.contains("w.yaml:\(workflow.place): error: "))
        #expect(try fixture.run("runs", "--json").json == [])
    }

    @Test func `--json gives the same as data`() throws {
        let workflow = BrokenWorkflow.all[0]
        try fixture.write(workflow.text, to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml", "--json")
        #expect(outcome.status == 65)
        #expect(
            try outcome.json["diagnostics"]?.list == [
                [
                    "file": "w.yaml", "line": 4, "column": 5, "severity": "error",
                    "message": "a step has no key `raed`", "suggestion": "read",
                ]
            ])
    }

    @Test func `a file that cannot be read is a mistake like others, and hides none`() throws {
        try Data([0x76, 0xFF, 0xFE]).write(to: fixture.folder.appending(path: "bytes.yaml"))
        try fixture.write("version: 1\nsteps: []\n", to: "empty.yaml")
        let outcome = try fixture.run("check", "gone.yaml", "bytes.yaml", "empty.yaml", "--json")
        #expect(outcome.status == 65)
        let found = try #require(try outcome.json["diagnostics"]?.list)
        #expect(found.map { $0["file"] } == ["gone.yaml", "bytes.yaml", "empty.yaml"])
        #expect(found.map { $0["line"] } == [1, 1, 2])
        #expect(found[1]["message"] == "bytes.yaml is not UTF-8 text: save it in that encoding")
    }

    @Test func `the shipped workflows have no mistakes`() throws {
        let outcome = try fixture.start(["check"], in: CommandFixture.repository).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func `a workflow that is not there is named with its near name`() throws {
        try fixture.write("version: 1\nsteps:\n  - id: a\n    set: { x: 1 }\n", to: "workflows/triage.yaml")
        let outcome = try fixture.run("run", "traige")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("did you mean `triage`?"))
        #expect(try fixture.run("run", "triage").status == 0)
    }
}
