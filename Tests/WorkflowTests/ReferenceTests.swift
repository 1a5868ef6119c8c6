import Testing

@testable import Workflow

@Suite struct ReferenceTests {
    @Test(arguments: [
        MistakeCase(
            "an unknown step",
            """
            version: 1
            steps:
              - id: tickets
                list: "*.txt"
              - id: b
                set: { n: "${{ steps.▸tikets.count }}" }
            """, ("there is no step `tikets`", "tickets")),
        MistakeCase(
            "a step without `steps`",
            """
            version: 1
            steps:
              - id: tickets
                list: "*.txt"
              - id: b
                set: { n: "${{ ▸tickets.count }}" }
            """, ("`tickets` is a step: write `steps.tickets`", nil)),
        MistakeCase(
            "a later step",
            """
            version: 1
            steps:
              - id: a
                set: { n: "${{ steps.▸b.text }}" }
              - id: b
                read: b.txt
            """, ("the step `b` comes after `a`", nil)),
        MistakeCase(
            "a step that is not waited for",
            """
            version: 1
            steps:
              - id: a
                read: a.txt
              - id: b
                needs: []
                set: { n: "${{ steps.▸a.text }}" }
            """, ("is not waited for by `b`: write `needs: [a]`", nil)),
        MistakeCase(
            "the step itself",
            """
            version: 1
            steps:
              - id: a
                set: { n: "${{ steps.▸a.n }}" }
            """, ("the step `a` is this very step", nil)),
        MistakeCase(
            "a step inside another",
            """
            version: 1
            steps:
              - id: outer
                steps:
                  - id: inner
                    read: a.txt
              - id: b
                set: { n: "${{ steps.▸inner.text }}" }
            """, ("is inside `outer`: write `steps.outer.inner`", nil)),
        MistakeCase(
            "a step inside a foreach",
            """
            version: 1
            steps:
              - id: each
                foreach: [1]
                steps:
                  - id: inner
                    read: a.txt
            outputs:
              text: ${{ steps.▸inner.text }}
            """, ("is inside `each`: write `steps.each.items[…].inner`", nil)),
        MistakeCase(
            "an output that the kind has not",
            """
            version: 1
            steps:
              - id: tickets
                list: "*.txt"
              - id: b
                foreach: ${{ steps.tickets.▸flies }}
                set: { x: 1 }
            """, ("`steps.tickets` has no `flies`; it has `files`, `count`", "files")),
        MistakeCase(
            "an output that the set has not",
            """
            version: 1
            steps:
              - id: a
                set: { total: 1 }
            outputs: { x: "${{ steps.a.▸totl }}" }
            """, ("`steps.a` has no `totl`", "total")),
        MistakeCase(
            "a fact that files have not",
            """
            version: 1
            steps:
              - id: a
                list: "*.txt"
              - id: b
                foreach: ${{ steps.a.files }}
                read: ${{ item.▸pth }}
            """, ("`item` has no `pth`", "path")),
        MistakeCase(
            "a list taken for its element",
            """
            version: 1
            steps:
              - id: a
                list: "*.txt"
            outputs: { x: "${{ steps.a.files.▸name }}" }
            """, ("`steps.a.files` is a list and has no `name`", nil)),
        MistakeCase(
            "an input that is not declared",
            """
            version: 1
            inputs: { inbox: { type: path } }
            steps:
              - id: a
                list: ${{ inputs.▸inbx }}/*.txt
            """, ("the workflow has no input `inbx`", "inbox")),
        MistakeCase(
            "an item outside a foreach",
            """
            version: 1
            steps:
              - id: a
                read: ${{ ▸item.path }}
            """, ("`item` is known inside a `foreach` only", nil)),
        MistakeCase(
            "an item in the list that it comes from",
            """
            version: 1
            steps:
              - id: a
                foreach: ${{ ▸item.children }}
                set: { x: 1 }
            """, ("`item` is known inside a `foreach` only", nil)),
        MistakeCase(
            "a misspelt root",
            """
            version: 1
            steps:
              - id: a
                set: { x: "${{ ▸inptus.day }}" }
            """, ("nothing is called `inptus` here", "inputs")),
        MistakeCase(
            "a misspelt fact of the run",
            """
            version: 1
            steps:
              - id: a
                set: { x: "${{ run.▸dat }}" }
            """, ("`run` has no `dat`", "date")),
        MistakeCase(
            "an unknown filter",
            """
            version: 1
            steps:
              - id: a
                set: { x: "${{ [1] | ▸joni }}" }
            """, ("joni", "join")),
    ])
    func aReferenceThatCannotBeMetIsNamedAtItsPlace(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        "steps: [{ id: a, read: a.txt }, { id: b, set: { x: '${{ steps.a.text }}' } }]",
        "steps: [{ id: b, needs: [a], set: { x: '${{ steps.a.text }}' } }, { id: a, needs: [], read: a.txt }]",
        "steps: [{ id: a, foreach: [1], steps: [{ id: b, read: x }] }, { id: c, set: { x: '${{ steps.a.items[0].b.text }}' } }]",
        "steps: [{ id: a, read: x }, { id: b, foreach: [1], steps: [{ id: c, set: { x: '${{ steps.a.text ~ item ~ index }}' } }] }]",
        "steps: [{ id: b, foreach: { items: [1], as: number }, set: { x: '${{ number }}' } }]",
        "steps: [{ id: a, set: { x: '${{ nothing | default(1) }}' } }]",
        "steps: [{ id: a, set: { x: '{% for word in [1] %}${{ word }}${{ loop.index }}{% endfor %}' } }]",
        "steps: [{ id: a, set: { x: '${{ range(3) | list }}' } }]",
        "steps: [{ id: a, parse: '{}' }, { id: b, set: { x: '${{ steps.a.data.anything.below }}' } }]",
        "steps: [{ id: a, steps: [{ id: b, read: x }, { id: c, set: { x: '${{ steps.b.text }}' } }] }]",
        "steps: [{ id: a, if: 'inputs is defined', set: { x: '${{ env.HOME }}' } }]",
        "steps: [{ id: a, set: { x: 'a prompt about {{ braces }}' } }]",
    ])
    func aReferenceThatCanBeMetIsNoMistake(steps: String) {
        #expect(mistakes(in: "version: 1\n" + steps).map(\.headline) == [])
    }
}

@Suite struct StepOrderTests {
    @Test(arguments: [
        MistakeCase(
            "of two",
            """
            version: 1
            steps:
              - id: a
                needs: [b]
                set: { x: 1 }
              - id: b
                needs: [▸a]
                set: { x: 1 }
            """, ("none can begin: `a` → `b` → `a`", nil)),
        MistakeCase(
            "of three, behind a step that is in no circle",
            """
            version: 1
            steps:
              - id: start
                needs: [a]
                set: { x: 1 }
              - id: a
                needs: [b]
                set: { x: 1 }
              - id: b
                needs: [c]
                set: { x: 1 }
              - id: c
                needs:
                  - ▸a
                set: { x: 1 }
            """, ("none can begin: `a` → `b` → `c` → `a`", nil)),
        MistakeCase(
            "of one",
            """
            version: 1
            steps:
              - id: a
                needs: [▸a]
                set: { x: 1 }
            """, ("`a` → `a`", nil)),
        MistakeCase(
            "inside a step",
            """
            version: 1
            steps:
              - id: outer
                steps:
                  - id: a
                    needs: [b]
                    set: { x: 1 }
                  - id: b
                    needs: [▸a]
                    set: { x: 1 }
            """, ("none can begin: `a` → `b` → `a`", nil)),
    ])
    func aCircleIsNamedWhereItCloses(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        MistakeCase(
            "misspelt",
            """
            version: 1
            steps:
              - id: tickets
                list: "*"
              - id: b
                needs: [▸tikets]
                set: { x: 1 }
            """, ("there is no step `tikets` beside `b`", "tickets")),
        MistakeCase(
            "inside another step",
            """
            version: 1
            steps:
              - id: outer
                steps:
                  - id: inner
                    list: "*"
              - id: b
                needs: [▸inner]
                set: { x: 1 }
            """, ("there is no step `inner` beside `b`", nil)),
    ])
    func needsNamesStepsOfTheSameList(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        MistakeCase(
            "beside each other",
            """
            version: 1
            steps:
              - id: a
                set: { x: 1 }
              - ▸id: a
                set: { x: 1 }
            """, ("the id `a` is taken by the step in line 3", nil)),
        MistakeCase(
            "inside another step",
            """
            version: 1
            steps:
              - id: a
                set: { x: 1 }
              - id: b
                steps:
                  - ▸id: a
                    set: { x: 1 }
            """, ("the id `a` is taken by the step in line 3", nil)),
    ])
    func anIDIsUniqueInTheFile(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test func aStepFollowsTheOneBeforeUnlessItSaysOtherwise() throws {
        let definition = try workflow(
            """
            version: 1
            steps:
              - { id: a, set: { x: 1 } }
              - { id: b, set: { x: 1 } }
              - { id: c, needs: [], set: { x: 1 } }
              - { id: d, needs: [a, c], set: { x: 1 } }
            """)
        #expect(definition.steps.map(\.needs) == [[], ["a"], [], ["a", "c"]])
    }

    @Test func manyStepsWithManyNeedsAreCheckedInReasonableTime() {
        // Each step needs all before it: the number of paths through the graph is exponential.
        let steps = (0..<120).map { number in
            let needs = (0..<number).map { "s\($0)" }.joined(separator: ", ")
            return "  - { id: s\(number), needs: [\(needs)], set: { x: 1 } }"
        }
        #expect(mistakes(in: "version: 1\nsteps:\n" + steps.joined(separator: "\n")).isEmpty)
    }
}
