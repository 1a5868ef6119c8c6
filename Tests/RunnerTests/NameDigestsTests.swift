import Jinja
import OrderedCollections
import Testing
import Workflow

@testable import Runner

/// By what it is told whether a step's result still holds.
@Suite struct NameDigestsTests {
    private func digests(_ yaml: String, _ id: String, inputs: Mapping = [:], steps: Mapping = [:]) throws -> [String] {
        let definition = try WorkflowDefinition(
            SourceText(file: "w.yaml", text: "version: 1\n" + yaml), fallbackName: "w")
        let step = try #require(definition.steps.first { $0.id == id })
        let names: Mapping = ["inputs": .mapping(inputs), "steps": .mapping(steps), "env": ["A": "1"]]
        return [
            step.definitionDigest(definition, model: nil),
            NameDigests.top.digest(of: step.outerReferences, names),
        ]
    }

    private static let inputs = "inputs: { a: { type: json }, b: { type: json } }\n"

    @Test(
        arguments: [
            ("{ id: s, set: { x: '${{ inputs.a }}' } }", false), ("{ id: s, set: { x: '${{ inputs.b }}' } }", true),
            ("{ id: s, if: inputs.b, set: { x: 1 } }", true), ("{ id: s, set: { x: '${{ env.B }}' } }", false),
            ("{ id: s, set: { x: '${{ inputs }}' } }", true),
            ("{ id: s, set: { x: '{% for i in inputs.b %}${{ i }}{% endfor %}' } }", true),
            ("{ id: s, foreach: [1], set: { x: '${{ inputs.b }}' } }", true),
            ("{ id: s, foreach: [1], set: { x: '${{ item }}' } }", false),
            ("{ id: s, steps: [{ id: i, set: { x: '${{ inputs.b }}' } }] }", true),
            ("{ id: s, steps: [{ id: i, set: { x: 1 } }, { id: j, set: { y: '${{ steps.i.x }}' } }] }", false),
            ("{ id: s, steps: [{ id: i, foreach: '${{ inputs.b }}', set: { x: 1 } }] }", true),
        ] as [(String, Bool)])
    func aValueCountsIfTheStepUsesIt(step: String, uses: Bool) throws {
        let yaml = Self.inputs + "steps:\n  - \(step)\n"
        let first = try digests(yaml, "s", inputs: ["a": 1, "b": [1]])
        let second = try digests(yaml, "s", inputs: ["a": 1, "b": [2]])
        #expect(first[0] == second[0])
        #expect((first[1] != second[1]) == uses)
    }

    @Test func onlyThePartOfAResultThatIsUsedCounts() throws {
        let yaml = "steps:\n  - { id: a, set: { x: 1, y: 2 } }\n  - { id: s, set: { z: '${{ steps.a.x }}' } }\n"
        let first = try digests(yaml, "s", steps: ["a": ["x": 1, "y": 2]])
        #expect(try digests(yaml, "s", steps: ["a": ["x": 1, "y": 3]]) == first)
        #expect(try digests(yaml, "s", steps: ["a": ["x": 2, "y": 2]]) != first)
        #expect(try digests(yaml, "s", steps: ["a": ["x": 1.0, "y": 2]]) != first)
    }

    @Test(
        arguments: [
            ("name: A label, set: { x: 1 }", true),
            ("set: { x: 1 }, retry: 3, timeout: 5s, continue_on_error: true", true),
            ("set:\n      x:    1   # the same", true), ("set: { 'x': 1 }", true), ("set: { x: 2 }", false),
            ("set: { x: '1' }", false), ("set: { x: 1 }, if: true", false), ("model: a/b, set: { x: 1 }", false),
        ] as [(String, Bool)])
    func aDefinitionIsWhatTheFileSaysAndNotHow(keys: String, isSame: Bool) throws {
        let plain = try digests("steps:\n  - { id: s, set: { x: 1 } }\n", "s")
        let step = keys.contains("\n") ? "id: s\n    \(keys)" : "{ id: s, \(keys) }"
        #expect((try digests("steps:\n  - \(step)\n", "s")[0] == plain[0]) == isSame)
    }

    @Test func theModelOfAPromptIsPartOfItWhereverItIsNamed() throws {
        let step = "steps:\n  - { id: s, prompt: hello }\n"
        let none = try digests(step, "s")[0]
        let workflows = try digests("defaults: { model: a/b }\n" + step, "s")[0]
        let own = try digests("steps:\n  - { id: s, model: a/b, prompt: hello }\n", "s")[0]
        #expect(none != workflows)
        #expect(own != none)
    }
}
