import Foundation
import Jinja
import Testing

/// The commands around the language: render, check --graph, run --help, schema --reference.
@Suite struct LanguageCommandTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test func `render writes a template with data, as workflows write it`() throws {
        try fixture.write("Hello ${{ who }}, {{ not this }}: ${{ list }} ${{ none }}\n", to: "t.txt")
        try fixture.write(#"{"who": "owl", "list": [1, "a", null, true]}"#, to: "d.json")
        let fromFiles = try fixture.run("render", "t.txt", "--data", "d.json")
        #expect(fromFiles.output == "Hello owl, {{ not this }}: [1, \"a\", null, true] null\n", "\(fromFiles.errors)")
        let piped = try fixture.run("render", "-", input: "{% for i in range(3) %}${{ i }}{% endfor %}")
        #expect(piped.output == "012")
        let data = try fixture.run("render", "t.txt", "--data", "-", input: #"{"who": "x", "list": []}"#)
        #expect(data.output.hasPrefix("Hello x"))
    }

    struct Mistake: Sendable {
        var template: String
        var data = "{}"
        var status: Int32
        var message: String
    }

    @Test(arguments: [
        Mistake(
            template: "a\n${{ whoo }}", data: #"{"who": 1}"#, status: 1,
            message: "t.txt:2:5: error: `whoo` is not defined; did you mean `who`?"),
        Mistake(template: "${{ 1 + }}", status: 65, message: "t.txt:1:9: error: "),
        Mistake(template: "x", data: "[1]", status: 65, message: "the data in d.json is a list; a mapping"),
        Mistake(template: "x", data: "{\"a\": }", status: 65, message: "d.json:1:7: error: "),
        Mistake(template: "{% for i in range(10000000) %}x{% endfor %}", status: 1, message: "limit of 3000000 steps"),
        Mistake(
            template: "{% for i in range(3000) %}{% for j in range(3000) %}x{% endfor %}{% endfor %}", status: 1,
            message: "3000000 steps, which is the limit"),
        Mistake(
            template:
                "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}${{ ns.s }}",
            status: 1, message: "16777216 bytes, which is the limit"),
    ])
    func `a template that fails says where, and which limit it broke`(mistake: Mistake) throws {
        try fixture.write(mistake.template, to: "t.txt")
        try fixture.write(mistake.data, to: "d.json")
        let outcome = try fixture.run("render", "t.txt", "--data", "d.json")
        #expect(outcome.status == mistake.status)
        #expect(outcome.errors.contains(mistake.message), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func `run with a workflow and --help tells the workflow's own inputs`() throws {
        try fixture.write(
            """
            version: 1
            name: greet
            description: Greets someone.
            inputs:
              who: { required: true, pattern: "[a-z]+", description: Whom to greet. }
              times: { type: integer, minimum: 1, maximum: 5, default: 2 }
            steps:
              - { id: a, set: { x: 1 } }
            outputs: { x: "${{ steps.a.x }}" }
            """, to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml", "--help")
        #expect(
            outcome.output == """
                greet: Greets someone.

                USAGE: nightjar run w.yaml -i who=… [-i NAME=VALUE …]

                INPUTS:
                  who    text that matches `[a-z]+`; required. Whom to greet.
                  times  a whole number from 1 to 5; default: 2

                OUTPUTS: x

                `nightjar run --help` tells the options.

                """)
        #expect(try fixture.run("run", "--help").output.contains("USAGE: nightjar run"))
        let missing = try fixture.run("run")
        #expect(missing.status == 64)
        #expect(missing.errors.contains("name a workflow"))
        #expect(
            try fixture.run("run", "w.yaml", "-i", "who=X").errors.contains(
                "takes text that matches `[a-z]+`, not \"X\""))
        #expect(try fixture.run("run", "w.yaml", "-i", "who=x", "-i", "times=9").errors.contains("from 1 to 5, not 9"))
    }

    @Test func `check --graph draws the steps for Mermaid`() throws {
        try fixture.write(
            """
            version: 1
            steps:
              - { id: a, set: { x: 1 } }
              - id: b
                foreach: [1]
                steps:
                  - { id: c, set: { x: 1 } }
                  - { id: d, if: 'item == "q"', set: { x: 1 } }
              - { id: e, needs: [a], name: Last one, set: { x: 1 } }
            """, to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml", "--graph")
        #expect(
            outcome.output == """
                flowchart TD
                    a["a<br>set"]
                    subgraph b["b<br>steps, for each item"]
                        c["c<br>set"]
                        d["d<br>set<br>if item == #quot;q#quot;"]
                        c --> d
                    end
                    e["Last one<br>set"]
                    a --> b
                    a --> e

                """)
        #expect(try fixture.run("check", "--graph").status == 64)
    }

    @Test func `the reference page in the repository is the one that the program writes`() throws {
        let committed = try String(
            contentsOf: CommandFixture.repository.appending(path: "docs/reference.md"), encoding: .utf8)
        #expect(try fixture.run("schema", "--reference").output == committed)
    }

    @Test func `a warning is told and is no mistake`() throws {
        try fixture.write("version: 1\nsteps:\n  - { id: a, set: { x: \"{{ inputs.y }}\" } }\n", to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("w.yaml:3:25: warning: `{{` is plain text here"), "\(outcome.errors)")
    }

    @Test func `a write that a model's answer leads outside is refused`() throws {
        let outside = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: answer
                model: \(CommandFixture.model)
                prompt: { system: You sort support tickets., user: I was charged twice for Harbor., temperature: 0 }
              - id: page
                write: { path: "../${{ steps.answer.text | length }}.txt", text: x }
            """, to: "w.yaml")
        try FileManager.default.createSymbolicLink(
            at: fixture.folder.appending(path: "way"), withDestinationURL: outside.folder)
        let answered = try fixture.run("run", "w.yaml")
        #expect(answered.status == 1)
        #expect(answered.errors.contains("is outside the project folder"), "\(answered.errors)")
        for path in ["../../x", "way/x"] {
            try fixture.write("version: 1\nsteps:\n  - { id: a, write: { path: \(path), text: x } }\n", to: "v.yaml")
            let refused = try fixture.run("run", "v.yaml")
            #expect(refused.status == 1)
            #expect(refused.errors.contains("\(path) is outside the project folder"), "\(refused.errors)")
        }
        #expect(!outside.exists("x"))
    }
}
