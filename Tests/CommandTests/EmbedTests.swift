import Foundation
import Jinja
import Testing

/// Texts as vectors, in workflows and from the shell.
@Suite struct EmbedTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test func `a step embeds, and expressions compare`() throws {
        try fixture.write(
            """
            version: 1
            defaults: { model: \(CommandFixture.model) }
            steps:
              - id: known
                embed: ["The app crashes.", "Where is my invoice?", "Thank you!"]
              - id: asked
                embed: { texts: The app crashes. }
              - id: found
                set:
                  best: ${{ nearest(steps.asked.vector, steps.known.vectors, 2) }}
                  same: ${{ similarity(steps.asked.vector, steps.known.vectors[0]) }}
            outputs:
              count: ${{ steps.known.count }}
              best: ${{ steps.found.best | map(attribute="index") | list }}
              same: ${{ steps.found.same | round(4) }}
            """, to: "embed.yaml")
        let outcome = try fixture.run("run", "embed.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.contains("count: 3"))
        #expect(outcome.lines.contains { $0.hasPrefix("best: [0,") })
        #expect(outcome.lines.contains("same: 1.0"))
        // Each is a call in the record, with the digest of the weights.
        let calls = try Value(json: try fixture.run("runs", "show", "--calls", "--json").output)["calls"]?.list ?? []
        #expect(calls.count == 2)
        #expect(calls.allSatisfy { $0["digest"]?.string?.hasPrefix("sha256:") == true })
    }

    @Test func `vectors that do not belong together are refused`() throws {
        for (expression, words) in [
            ("similarity([1, 2], [1])", "one has 2 numbers, the other 1"),
            ("similarity(1, 2)", "compares lists of numbers"),
            ("nearest([1], 2)", "takes a vector, a list of vectors"), ("nearest([1])", "takes a vector"),
        ] {
            try fixture.write(
                "version: 1\nsteps: [{ id: a, set: { b: '${{ \(expression) }}' } }]\n", to: "wrong.yaml")
            let outcome = try fixture.run("run", "wrong.yaml")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test func `texts from the shell become lines of numbers, or are ordered`() throws {
        let made = try fixture.start(
            ["embed", "--model", CommandFixture.model], input: "The app crashes.\n\nThank you!\n"
        ).finish()
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.lines.count == 2)
        #expect(try made.lines.allSatisfy { try Value(json: $0).list?.count == Value(json: made.lines[0]).list?.count })
        let ordered = try fixture.run(
            "embed", "--model", CommandFixture.model, "--like", "Thank you!", "The app crashes.", "Thank you!")
        #expect(ordered.lines.first == "1.0000  Thank you!")
        #expect(try fixture.run("embed", "--model", CommandFixture.model).status == 64)
    }
}
