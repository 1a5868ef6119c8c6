import History
import Inference
import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct GraphTests {
    @Test(.timeLimit(.minutes(1)))
    func independentStepsRunSideBySide() async throws {
        try await ProjectFolder.with { project in
            let meeting = Meeting(of: 2)
            let engine = ScriptedEngine { request in
                // Neither is answered before both have asked.
                await meeting.arrive()
                return .init("said \(request.messages[0].content)")
            }
            let outcome = try await project.run(
                """
                steps:
                  - { id: a, prompt: one }
                  - { id: b, needs: [], prompt: two }
                  - { id: c, needs: [a, b], set: { both: "${{ steps.a.text }}, ${{ steps.b.text }}" } }
                outputs: { both: "${{ steps.c.both }}" }
                """, engine: engine)
            #expect(outcome.outputs == ["both": "said one, said two"])
        }
    }

    @Test func aStepBeginsWhenThoseItNeedsHaveFinished() async throws {
        try await ProjectFolder.with { project in
            let order = Collected<String>()
            let outcome = try await project.run(
                """
                steps:
                  - { id: last, needs: [left, right], set: { x: 1 } }
                  - { id: left, needs: [first], set: { x: 1 } }
                  - { id: right, needs: [first], set: { x: 1 } }
                  - { id: first, needs: [], set: { x: 1 } }
                """
            ) { event in
                switch event {
                case .stepStarted(let step): order.add("+\(step.id)")
                case .stepFinished(let step, _, _): order.add("-\(step.id)")
                default: break
                }
            }
            #expect(outcome.state == .done)
            let places = Dictionary(uniqueKeysWithValues: order.all.enumerated().map { ($1, $0) })
            func place(_ event: String) -> Int { places[event] ?? -1 }
            #expect(order.all.count == 8)
            #expect(order.all.prefix(2) == ["+first", "-first"])
            #expect(place("+last") > max(place("-left"), place("-right")))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aFailureEndsTheStepsBesideIt() async throws {
        try await ProjectFolder.with { project in
            let slow = Signal()
            let engine = ScriptedEngine { request in
                if request.messages == [.user("slow")] {
                    await slow.give()
                    try await waitForCancellation()
                }
                await slow.wait()
                throw EngineError(.engineFailed, "The owl is silent.")
            }
            let outcome = try await project.run(
                """
                steps:
                  - { id: a, prompt: slow }
                  - { id: b, needs: [], prompt: bad }
                  - { id: c, needs: [a, b], write: { path: a.txt, text: x } }
                """, engine: engine)
            #expect(outcome.state == .failed)
            #expect(outcome.error?.message == "The owl is silent.")
            let steps = try await project.history.steps(of: project.record(outcome).id)
            #expect(
                Set(steps.map { "\($0.stepID) \($0.state.rawValue)" }) == ["a interrupted", "b failed", "c skipped"])
            #expect(project.contents == [])
        }
    }

    @Test(arguments: [
        ConditionCase("true", true), ConditionCase("false", false), ConditionCase("${{ 1 == 2 }}", false),
        ConditionCase("inputs.day == 'Monday'", true), ConditionCase("steps.a.x > 1", true),
        ConditionCase("steps.a.list", false), ConditionCase("not steps.a.list", true), ConditionCase("0", false),
    ])
    func aStepWhoseConditionIsFalseIsSkipped(condition: ConditionCase) async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                inputs: { day: { type: string } }
                steps:
                  - { id: a, set: { x: 2, list: [] } }
                  - id: b
                    if: ${CONDITION}
                    write: { path: b.txt, text: x }
                  - { id: c, set: { x: 1 } }
                outputs: { there: "${{ steps.b.path is defined }}" }
                """.replacing("${CONDITION}", with: condition.expression), inputs: ["day": "Monday"])
            #expect(outcome.state == .done)
            #expect(outcome.outputs == ["there": .boolean(condition.isMet)])
            #expect(project.contents == (condition.isMet ? ["b.txt"] : []))
            let steps = try await project.history.steps(of: project.record(outcome).id)
            #expect(steps.map(\.state) == [.done, condition.isMet ? .done : .skipped, .done])
        }
    }

    @Test func outputsKeepTheirTypes() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                name: types
                inputs: { n: { type: integer } }
                steps:
                  - { id: a, set: { list: [1, x] } }
                outputs:
                  list: ${{ steps.a.list }}
                  number: ${{ inputs.n + 1 }}
                  text: n is ${{ inputs.n }}
                  constant: [true, null]
                  name: ${{ workflow.name }}
                  env: ${{ env.GREETING }}
                """, inputs: ["n": 4])
            #expect(
                outcome.outputs == [
                    "list": [1, "x"], "number": 5, "text": "n is 4", "constant": [true, .null], "name": "types",
                    "env": "hello",
                ])
            #expect(try await project.record(outcome).outputs == Value.mapping(outcome.outputs).json(.compact))
        }
    }

    @Test func anOutputThatFailsFailsTheRun() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                "steps:\n  - { id: a, set: { x: 1 } }\noutputs: { y: '${{ steps.a.x / 0 }}' }")
            #expect(outcome.state == .failed)
            #expect(outcome.error?.code == "expression")
            #expect(outcome.outputs.isEmpty)
        }
    }

    @Test func nestedStepsSeeEachOtherAndAreFoundThroughTheirParent() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.outer.second.x",
                after: """
                      - id: outer
                        steps:
                          - { id: first, set: { x: 1 } }
                          - { id: second, set: { x: "${{ steps.first.x + 1 }}" } }
                    """)
            #expect(value == 2)
        }
    }
}

struct ConditionCase: Sendable {
    let expression: String
    let isMet: Bool

    init(_ expression: String, _ isMet: Bool) {
        self.expression = expression
        self.isMet = isMet
    }
}
