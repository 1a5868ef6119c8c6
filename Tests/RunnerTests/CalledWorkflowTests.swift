import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

/// `workflow:` and `check:`.
@Suite struct CalledWorkflowTests {
    private let shout = """
        version: 1
        inputs:
          text: { required: true }
          mark: { default: "!" }
        steps:
          - { id: loud, set: { text: "${{ inputs.text | upper }}${{ inputs.mark }}" } }
          - { id: file, write: { path: "${{ inputs.text }}.txt", text: "${{ steps.loud.text }}" } }
        outputs:
          text: ${{ steps.loud.text }}
          names: ${{ [workflow.name, run.id is string] }}
        """

    @Test func anotherWorkflowIsAStepWithItsOutputsAsResults() async throws {
        try await ProjectFolder.with { project in
            try project.write(shout, to: "workflows/shout.yaml")
            let value = try await project.value(
                of: "[steps.a.text, steps.a.names, steps.b.items | map(attribute='text') | list]",
                after: """
                      - { id: a, workflow: { name: shout, inputs: { text: hoo } } }
                      - id: b
                        foreach: [x, y]
                        workflow: { name: workflows/shout.yaml, inputs: { text: "${{ item }}", mark: "?" } }
                    """)
            #expect(value == ["HOO!", ["shout", true], ["X?", "Y?"]])
            #expect(try project.text("hoo.txt") == "HOO!")
        }
    }

    @Test func anInputThatIsNotGivenIsPassedOnAsNotGiven() async throws {
        try await ProjectFolder.with { project in
            try project.write(shout, to: "workflows/shout.yaml")
            let value = try await project.value(
                of: "steps.a.text",
                after: "  - { id: a, workflow: { name: shout, inputs: { text: hoo, mark: '${{ none }}' } } }")
            #expect(value == "HOO!")
            let error = try await project.failure(
                of: "  - { id: a, workflow: { name: shout, inputs: { text: '${{ none }}' } } }")
            #expect(error?.message == "the input `text` of `shout` is required, and got nothing")
        }
    }

    @Test func itsStepsAreInTheRecordBelowIt() async throws {
        try await ProjectFolder.with { project in
            try project.write(shout, to: "workflows/shout.yaml")
            let outcome = try await project.run(
                "steps:\n  - { id: a, foreach: [x], workflow: { name: shout, inputs: { text: '${{ item }}' } } }")
            let paths = try await project.history.steps(of: project.record(outcome).id).map(\.path)
            #expect(paths == ["a", "a[0]", "a[0].loud", "a[0].file"])
            #expect(outcome.work.files == ["x.txt"])
        }
    }

    @Test func aWrongValueAndAFailureInsideFailTheStep() async throws {
        try await ProjectFolder.with { project in
            try project.write(shout, to: "workflows/shout.yaml")
            let wrong = try await project.failure(
                of: "  - { id: a, workflow: { name: shout, inputs: { text: '${{ [1] }}' } } }")
            #expect(wrong?.code == "bad_value")
            #expect(wrong?.message == "the input `text` of `shout` takes text, not [1]")
            let inside = try await project.failure(
                of: "  - { id: a, workflow: { name: shout, inputs: { text: ../../x } } }")
            #expect(inside?.code == "write_refused")
        }
    }

    @Test func aCheckFailsTheRunWithItsMessage() async throws {
        try await ProjectFolder.with { project in
            let told = try await project.failure(
                of:
                    "  - { id: a, set: { n: 3 } }\n  - { id: b, check: { that: steps.a.n > 5, message: 'only ${{ steps.a.n }}' } }"
            )
            #expect(told?.code == "check_failed")
            #expect(told?.message == "only 3")
            let plain = try await project.failure(of: "  - { id: b, check: '${{ 1   > 5 }}' }")
            #expect(plain?.message == "this does not hold: ${{ 1 > 5 }}")
            let fine = try await project.run("steps:\n  - { id: b, check: 7 > 5 }")
            #expect(fine.state == .done)
        }
    }

    @Test func aMappingIsGoneThroughInPairs() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.a.items, steps.b.items]",
                after: """
                      - { id: a, foreach: { items: { x: 1, y: 2 } }, set: { s: "${{ item.key }}${{ item.value }}" } }
                      - { id: b, foreach: "${{ steps.a.items[0] }}", set: { s: "${{ item.key }}" } }
                    """)
            #expect(value == [[["s": "x1"], ["s": "y2"]], [["s": "s"]]])
        }
    }
}
