import Foundation
import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct PlanTests {
    private let yaml = """
        inputs: { who: { type: string } }
        steps:
          - id: found
            list: "*.txt"
          - id: each
            foreach: ${{ steps.found.files }}
            steps:
              - { id: text, read: "${{ item.path }}" }
              - { id: ask, prompt: { system: Be kind., user: "${{ inputs.who }}: ${{ steps.text.text }}" } }
          - { id: page, write: { path: out/page.txt, text: "${{ steps.each.items | length }}" } }
          - { id: old, if: "false", write: { path: a.txt, text: x } }
          - { id: table, needs: [found], write: { path: b.txt, text: "${{ steps.found.count }} files" } }
        """

    @Test func aPlanAsksNobodyAndWritesNothing() async throws {
        try await ProjectFolder.with { project in
            try project.write("one", to: "a.txt")
            try project.write("two", to: "b.txt")
            let engine = ScriptedEngine(saying: "yes")
            let before = project.contents
            let plan = try await project.prepare(yaml, engine: engine).plan(inputs: ["who": "owl"])
            #expect(!plan.hasErrors)
            #expect(engine.requests.isEmpty)
            #expect(project.contents == before)
            #expect(try project.text("a.txt") == "one")
            #expect(try await project.history.runs().isEmpty)
        }
    }

    @Test func aPlanShowsWhatWouldHappen() async throws {
        try await ProjectFolder.with { project in
            try project.write("one", to: "a.txt")
            try project.write("two", to: "b.txt")
            let plan = try await project.prepare(yaml).plan(inputs: ["who": "owl"])
            let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.event.id, $0) })
            #expect(steps["found"]?.lines.first == "finds 2 files matching *.txt")
            #expect(steps["each"]?.items == 2)
            #expect(steps["each"]?.nested.map(\.event.path) == ["each[0].text", "each[0].ask"])
            let prompt = steps["each"]?.nested.last?.lines ?? []
            #expect(prompt.first == "asks script/owl, 7 prompt tokens, at most 1024 for the answer:")
            #expect(prompt.dropFirst() == ["  Be kind.", "  owl: one"])
            #expect(steps["page"]?.dependsOnResults == false)
            #expect(steps["page"]?.lines.first?.hasPrefix("writes out/page.txt") == true)
            #expect(steps["old"]?.lines == ["skipped: its `if` is not true"])
            #expect(steps["table"]?.lines == ["replaces b.txt, 7 bytes"])
        }
    }

    @Test func whatDependsOnAnAnswerIsLeftOpenAndNoMistake() async throws {
        try await ProjectFolder.with { project in
            let plan = try await project.prepare(
                "steps:\n  - { id: a, prompt: Hello }\n  - { id: b, parse: '${{ steps.a.text }}' }"
            ).plan(inputs: [:])
            #expect(!plan.hasErrors)
            #expect(plan.steps.map(\.dependsOnResults) == [false, true])
        }
    }

    @Test(arguments: [
        FailureCase("read: none.txt", "", "there is no file none.txt"),
        FailureCase("write: { path: ../a.txt, text: x }", "", "is outside the project folder"),
        FailureCase("foreach: ${{ 5 }}\n    set: { x: 1 }", "", "`foreach` needs a list"),
        FailureCase("set: { x: '${{ 1 / 0 }}' }", "", "test.yaml:4:"),
    ])
    func aMistakeThatWouldEndTheRunIsTold(failure: FailureCase) async throws {
        try await ProjectFolder.with { project in
            let plan = try await project.prepare("steps:\n  - id: a\n    \(failure.step)").plan(inputs: [:])
            #expect(plan.hasErrors)
            #expect(plan.steps.first?.error?.contains(failure.message) == true, "\(plan.steps.first?.error ?? "")")
        }
    }
}
