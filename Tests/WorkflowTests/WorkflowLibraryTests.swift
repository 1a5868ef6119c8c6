import Foundation
import Testing

@testable import Workflow

/// Workflows that call others, from the files of a project.
@Suite struct WorkflowLibraryTests {
    private func mistakes(of name: String, in files: [String: String]) throws -> [String] {
        var found: [String] = []
        try TemporaryFolder.with { folder in
            for (path, text) in files { try folder.write(text, to: path) }
            do {
                _ = try WorkflowDefinition(file: folder.url.appending(path: name), shownAs: name)
            } catch let diagnostics as Diagnostics {
                found = diagnostics.all.map(\.headline)
            }
        }
        return found
    }

    private func calling(_ name: String) -> String {
        "version: 1\nsteps:\n  - { id: a, workflow: \(name) }\n"
    }

    private let shout = """
        version: 1
        inputs:
          text: { required: true }
          size: { type: integer, minimum: 1, default: 3 }
        steps:
          - { id: a, set: { x: 1 } }
        outputs:
          text: ${{ steps.a.x }}
        """

    @Test func whatIsCalledIsFoundAndItsOutputsAreKnown() throws {
        let right = """
            version: 1
            steps:
              - { id: a, workflow: { name: shout, inputs: { text: hoo, size: 2 } } }
              - { id: b, set: { x: "${{ steps.a.text }}" } }
            """
        let files = ["workflows/shout.yaml": shout]
        #expect(try mistakes(of: "workflows/main.yaml", in: files.merging(["workflows/main.yaml": right]) { $1 }) == [])
        let wrong = right.replacing("steps.a.text", with: "steps.a.txet")
        #expect(
            try mistakes(of: "workflows/main.yaml", in: files.merging(["workflows/main.yaml": wrong]) { $1 }) == [
                "workflows/main.yaml:4:37: error: `steps.a` has no `txet`; it has `text`, `state`, `error`; did you mean `text`?"
            ])
    }

    @Test func inputsAreCheckedAgainstTheirDeclaration() throws {
        let wrong = """
            version: 1
            steps:
              - id: a
                workflow:
                  name: shout
                  inputs: { txt: hoo, size: 0 }
            """
        #expect(
            try mistakes(of: "workflows/main.yaml", in: ["workflows/shout.yaml": shout, "workflows/main.yaml": wrong])
                == [
                    "workflows/main.yaml:5:7: error: the workflow `shout` needs the input `text`",
                    "workflows/main.yaml:6:17: error: the workflow `shout` has no input `txt`; did you mean `text`?",
                    "workflows/main.yaml:6:27: error: the input `size` of `shout` takes a whole number of at least 1, not 0",
                ])
    }

    @Test func aMissingOneIsNamedWithWhatIsNear() throws {
        #expect(
            try mistakes(
                of: "workflows/main.yaml", in: ["workflows/shout.yaml": shout, "workflows/main.yaml": calling("shuot")])
                == ["workflows/main.yaml:3:24: error: there is no workflow `shuot`; did you mean `shout`?"])
    }

    @Test func circlesAreRefusedWhereverTheyClose() throws {
        #expect(
            try mistakes(of: "workflows/a.yaml", in: ["workflows/a.yaml": calling("a")])
                == ["workflows/a.yaml:3:24: error: these workflows call each other without end: `a.yaml` → `a.yaml`"])
        let long = try mistakes(
            of: "workflows/a.yaml",
            in: [
                "workflows/a.yaml": calling("b"), "workflows/b.yaml": calling("c"), "workflows/c.yaml": calling("b"),
            ])
        #expect(long.count == 1)
        #expect(long.first?.contains("`b.yaml` → `c.yaml` → `b.yaml`") == true)
    }

    /// Each level calls the next one many times: read anew each time, this would never end.
    @Test func whatManyCallIsReadOnce() throws {
        var files: [String: String] = ["workflows/w12.yaml": "version: 1\nsteps:\n  - { id: a, set: { x: 1 } }\n"]
        for level in 0..<12 {
            let calls = (0..<8).map { "  - { id: s\($0), workflow: w\(level + 1) }\n" }.joined()
            files["workflows/w\(level).yaml"] = "version: 1\nsteps:\n" + calls
        }
        #expect(try mistakes(of: "workflows/w0.yaml", in: files) == [])
    }

    @Test func mistakesInsideAreToldWithTheirPlace() throws {
        let broken = "version: 1\nsteps:\n  - { id: a, raed: x }\n"
        #expect(
            try mistakes(of: "workflows/a.yaml", in: ["workflows/a.yaml": calling("b"), "workflows/b.yaml": broken])
                == [
                    "workflows/a.yaml:3:24: error: the workflow `b` has mistakes: 3:14: a step has no key `raed`"
                ])
    }
}
