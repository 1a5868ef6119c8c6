import Foundation
import Jinja
import Testing

/// How inputs reach a workflow from the shell.
@Suite struct InputTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            inputs:
              text: { default: none }
              count: { type: integer, default: 3 }
              mood: { type: choice, options: [calm, wild], default: calm }
              data: { type: json }
              place: { type: path, default: here }
              needed: { required: true }
            steps:
              - id: a
                set: { all: "${{ inputs }}" }
            outputs:
              all: ${{ steps.a.all }}
            """, to: "w.yaml")
    }

    private func run(_ inputs: String..., input: String = "") throws -> CommandFixture.Outcome {
        try fixture.start(["run", "w.yaml", "-q"] + inputs.flatMap { ["-i", $0] }, input: input).finish()
    }

    @Test func `values come as typed, from standard input and from files`() throws {
        try fixture.write("from a file", to: "note.txt")
        let outcome = try run(
            "text=-", "count=12", "mood=wild", #"data={"a": [1, 2]}"#, "needed=@note.txt", input: "piped")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try outcome.json == [
                "text": "piped", "count": 12, "mood": "wild", "data": ["a": [1, 2]], "place": "here",
                "needed": "from a file",
            ])
    }

    @Test func `a file may be a pipe`() throws {
        let outcome = try run("needed=@/dev/stdin", input: "through a pipe")
        #expect(try outcome.json["needed"] == "through a pipe", "\(outcome.errors)")
    }

    @Test func `two at signs begin a value with one, and a path counts from the shell's folder`() throws {
        let outcome = try run("needed=@@home", "place=sub/x.txt")
        #expect(try outcome.json["needed"] == "@home")
        #expect(try outcome.json["place"]?.string == fixture.folder.path + "/sub/x.txt")
    }

    struct Mistake: Sendable {
        var inputs: [String]
        var status: Int32 = 65
        var message: String
    }

    @Test(arguments: [
        Mistake(inputs: [], message: "the input `needed` is required"),
        Mistake(inputs: ["needed=x", "cuont=3"], message: "no input `cuont`; did you mean `count`?"),
        Mistake(inputs: ["needed=x", "count=three"], message: "`count` takes a whole number, not \"three\""),
        Mistake(inputs: ["needed=x", "mood=sad"], message: "`mood` takes one of `calm`, `wild`"),
        Mistake(inputs: ["needed=x", "data={"], message: "`data` takes JSON"),
        Mistake(inputs: ["needed=@gone.txt"], message: "gone.txt"),
        Mistake(inputs: ["needed"], status: 64, message: "NAME=VALUE"),
        Mistake(inputs: ["needed=-", "text=-"], status: 64, message: "standard input"),
        Mistake(inputs: ["needed=x", "needed=y"], status: 64, message: "given twice"),
    ])
    func `a wrong input is named with what was expected`(mistake: Mistake) throws {
        let outcome = try fixture.start(["run", "w.yaml"] + mistake.inputs.flatMap { ["-i", $0] }).finish()
        #expect(outcome.status == mistake.status)
        #expect(outcome.errors.contains(mistake.message), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
