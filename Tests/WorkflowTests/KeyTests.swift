import Testing

@testable import Workflow

@Suite struct KeyTests {
    @Test(arguments: [
        MistakeCase(
            "at the top level",
            """
            version: 1
            ▸stpes:
              - id: a
                list: "*.txt"
            steps:
              - id: b
                list: "*.txt"
            """, ("the workflow has no key `stpes`", "steps")),
        MistakeCase(
            "in a step",
            """
            version: 1
            steps:
              - id: a
                ▸forech: [1]
                list: "*.txt"
            """, ("a step has no key `forech`", "foreach")),
        MistakeCase(
            "of a kind",
            """
            version: 1
            steps:
              - id: a
                ▸promt: Hello
            """, ("a step has no key `promt`", "prompt")),
        MistakeCase(
            "in a kind",
            """
            version: 1
            steps:
              - id: a
                prompt:
                  user: Hello
                  ▸temprature: 0
            """, ("`prompt` has no key `temprature`", "temperature")),
        MistakeCase(
            "in an element of a list in a kind",
            """
            version: 1
            steps:
              - id: a
                prompt:
                  user: Hello
                  examples:
                    - user: Hi
                      assistant: Ho
                    - { user: Hi, assistant: Ho, ▸asistant: He }
            """, ("has no key `asistant`", "assistant")),
        MistakeCase(
            "in a step inside a step inside a step",
            """
            version: 1
            steps:
              - id: a
                steps:
                  - id: b
                    foreach: [1]
                    steps:
                      - id: c
                        write: { path: a.txt, text: b, ▸mod: create }
            """, ("`write` has no key `mod`", "mode")),
        MistakeCase(
            "in an input",
            """
            version: 1
            inputs:
              day: { type: string, ▸defualt: Monday }
            steps:
              - id: a
                set: { x: "${{ inputs.day }}" }
            """, ("`day` has no key `defualt`", "default")),
        MistakeCase(
            "in a foreach",
            """
            version: 1
            steps:
              - id: a
                foreach:
                  items: [1, 2]
                  ▸max_paralel: 2
                set: { x: 1 }
            """, ("`foreach` has no key `max_paralel`", "max_parallel")),
        MistakeCase(
            "like no other key",
            """
            version: 1
            ▸zebra: 1
            steps:
              - id: a
                set: { x: 1 }
            """, ("the workflow has no key `zebra`", nil)),
    ])
    func aMisspeltKeyIsNamedAtItsPlaceWithTheNearOne(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        MistakeCase(
            "two kinds",
            """
            version: 1
            steps:
              - id: a
                list: "*"
                ▸read: a.txt
            """, ("this one has `list` and `read`: make two steps", nil)),
        MistakeCase(
            "a kind and nested steps",
            """
            version: 1
            steps:
              - id: a
                set: { x: 1 }
                ▸steps:
                  - id: b
                    set: { x: 1 }
            """, ("this one has `set` and `steps`", nil)),
        MistakeCase(
            "no kind",
            """
            version: 1
            steps:
              - ▸id: a
                name: Nothing
            """,
            (
                "it needs one of `list`, `read`, `split`, `prompt`, `embed`, `parse`, `set`, `check`, `score`, `write`, `chart`, `run`,",
                nil
            )),
    ])
    func aStepDoesExactlyOneThing(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        MistakeCase(
            "version", "▸name: a\nsteps:\n  - id: a\n    set: { x: 1 }", ("the workflow needs the key `version`", nil)),
        MistakeCase("steps", "▸version: 1", ("the workflow needs the key `steps`", nil)),
        MistakeCase(
            "the id of a step", "version: 1\nsteps:\n  - ▸set: { x: 1 }", ("the step needs the key `id`", nil)),
        MistakeCase(
            "a key of a kind", "version: 1\nsteps:\n  - id: a\n    prompt: ▸{ system: You are kind. }",
            ("`prompt` needs the key `user`", nil)),
        MistakeCase(
            "what to write", "version: 1\nsteps:\n  - id: a\n    write: ▸{ path: a.txt }",
            ("takes one of `text`, `data` and `rows`, and none is there", nil)),
        MistakeCase(
            "the value behind a key", "version: 1\nsteps:\n  - id: a\n    ▸read:",
            ("nothing follows `read`", nil)),
    ])
    func whatIsMissingIsNamed(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        TypeCase("version: ▸2", "`version` takes the number 1, not `2`"),
        TypeCase("version: 1\ndefaults: ▸[a]", "`defaults` takes a mapping, not a list"),
        TypeCase("version: 1\nname: ▸[a]", "`name` takes text, not a list"),
        TypeCase("version: 1\noutputs: ▸text", "`outputs` takes a mapping of names to values, not text"),
        TypeCase("version: 1\ninputs: ▸[a]", "`inputs` takes a mapping of names to inputs, not a list"),
        TypeCase("version: 1\ninputs: { a: { type: ▸numbr } }", "not `numbr`", suggests: "number"),
        TypeCase("version: 1\ninputs: { a: { required: ▸often } }", "`required` takes true or false, not text"),
    ])
    func aWrongTypeAtTheTopIsToldWithWhatIsTaken(type: TypeCase) {
        MistakeCase(type.yaml, type.yaml + "\nsteps:\n  - id: a\n    set: { x: 1 }", (type.message, type.suggestion))
            .checkWorkflow()
    }

    @Test(arguments: [
        TypeCase("list: ▸[a]", "not a list"),
        TypeCase("read: { path: a, as: ▸xml }", "not `xml`"),
        TypeCase("read: { path: a, as: ▸jsnl }", "not `jsnl`", suggests: "jsonl"),
        TypeCase("read: { path: a, max_bytes: ▸0 }", "takes a whole number of at least 1"),
        TypeCase("prompt: { user: a, temperature: ▸hot }", "`temperature` takes a number"),
        TypeCase("prompt: { user: a, temperature: ▸-1 }", "`temperature` takes a number"),
        TypeCase("prompt: { user: a, top_p: ▸1.5 }", " to 1, not `1.5`"),
        TypeCase("prompt: { user: a, seed: ▸1.5 }", "`seed` takes a whole number"),
        TypeCase("prompt: { user: a, stop: ▸END }", "`stop` takes a list of texts, not text"),
        TypeCase("prompt: { user: a, allow_truncated: ▸yes }", "`yes` is a word here", suggests: "true"),
        TypeCase("prompt: { user: a, examples: [▸hello] }", "takes a mapping, not text"),
        TypeCase("set: ▸[1]", "`set` takes a mapping of names to values, not a list"),
        TypeCase("write: { path: a.csv, rows: ▸text }", "takes a list of mappings or an expression"),
        TypeCase(
            "write: { path: a, text: b, mode: ▸prepend }", "takes one of `replace`, `create`, `append`, not `prepend`"),
        TypeCase("write: ▸{ path: a, text: b, data: 1 }", "there are `text` and `data`"),
        TypeCase("write: ▸{ path: a, text: b, columns: [c] }", "`columns` belongs to `rows`"),
        TypeCase("write: ▸{ path: a, text: b, format: json }", "leave out `format`"),
        TypeCase("chart: ▸{ path: a.png, kind: bar, rows: [], x: a }", "end the `path` with `.svg`"),
        TypeCase(
            "chart: { path: a.svg, kind: ▸pie, rows: [], x: a }", "`bar`, `line`, `scatter`, `histogram`, not `pie`"),
        TypeCase("chart: { path: a.svg, kind: bar, rows: [], x: ▸[a] }", "`x` takes the name of a column, not a list"),
        TypeCase("chart: { path: a.svg, kind: bar, rows: [], x: ▸'' }", "`x` is empty: name a column"),
        TypeCase("chart: { path: a.svg, kind: bar, rows: [], x: ▸'${{ 1 }}' }", "`x` takes no expression"),
        TypeCase("chart: { path: a.svg, kind: bar, rows: [], x: a, y: ▸[] }", "name at least one column"),
        TypeCase("chart: ▸{ path: a.svg, kind: line, rows: [], x: a }", "the kind `line` needs the key `y`"),
        TypeCase("chart: ▸{ path: a.svg, kind: histogram, rows: [], x: a, y: b }", "leave out `y`"),
        TypeCase("chart: ▸{ path: a.svg, kind: histogram, rows: [], x: a, group: b }", "leave out `group`"),
        TypeCase("chart: ▸{ path: a.svg, kind: bar, rows: [], x: a, bins: 5 }", "`bins` belongs to `kind: histogram`"),
        TypeCase("chart: { path: a.svg, kind: histogram, rows: [], x: a, bins: ▸201 }", "from 1 to 200, not `201`"),
        TypeCase("chart: ▸{ path: a.svg, kind: bar, rows: [], x: a, stacked: true }", "there is nothing to stack"),
        TypeCase("chart: ▸{ path: a.svg, kind: bar, rows: [], x: a, y: [b, b] }", "names the column `b` twice"),
        TypeCase("chart: ▸{ path: a.svg, kind: bar, rows: [], x: a, y: [b, c], group: d }", "not both"),
        TypeCase("chart: { path: a.svg, kind: bar, rows: [], x: a, width: ▸10 }", "from 320 to 4000, not `10`"),
        TypeCase("foreach: ▸5\n    set: { x: 1 }", "takes a list, a mapping, or an expression"),
        TypeCase("foreach: { items: [1], max_parallel: ▸0 }\n    set: { x: 1 }", "from 1 to 256"),
        TypeCase("foreach: { items: [1], on_error: ▸contniue }\n    set: { x: 1 }", "", suggests: "continue"),
        TypeCase("needs: ▸other\n    set: { x: 1 }", "`needs` takes a list of step ids, not text"),
        TypeCase("if: ▸[1]\n    set: { x: 1 }", "`if` takes an expression, not a list"),
        TypeCase("steps: ▸[]", "`steps` has no steps"),
        TypeCase("steps: [▸text]", "a step is a mapping with an `id` and a kind, not text"),
    ])
    func aWrongTypeInAStepIsToldWithWhatIsTaken(type: TypeCase) {
        MistakeCase(
            type.yaml, "version: 1\nsteps:\n  - id: a\n    " + type.yaml, (type.message, type.suggestion)
        ).checkWorkflow()
    }

    @Test(arguments: [
        TypeCase("▸first-step", "a name of letters, digits and `_`", suggests: "first_step"),
        TypeCase("▸1st", "not beginning with a digit"),
        TypeCase("▸a b", "not `a b`", suggests: "a_b"),
    ])
    func anIDThatExpressionsCouldNotNameIsRefused(type: TypeCase) {
        MistakeCase(
            type.yaml, "version: 1\nsteps:\n  - id: \(type.yaml)\n    set: { x: 1 }", (type.message, type.suggestion)
        ).checkWorkflow()
    }

    @Test func allMistakesOfAFileComeInOnePassAndInOrder() {
        MistakeCase(
            "many",
            """
            version: ▸one
            ▸descripton: Many mistakes.
            inputs:
              day: { type: ▸date }
            steps:
              - id: a
                read: ▸[x]
              - id: b
                prompt:
                  ▸usr: Hello
                  max_tokens: ▸many
              - id: ▸c c
                set: { x: "${{ ▸nothing }}" }
            outputs:
              x: ${{ inputs.▸dya }}
            """,
            ("`version` takes", nil), ("has no key `descripton`", "description"), ("`type` takes one of", nil),
            ("`path` takes text, not a list", nil), ("has no key `usr`", "user"), ("`max_tokens` takes", nil),
            ("`id` takes", "c_c"), ("nothing is called `nothing` here", nil), ("no input `dya`", "day")
        ).checkWorkflow()
    }

    @Test func aBareValueStandsForTheMainKey() throws {
        let definition = try workflow(
            """
            version: 1
            steps:
              - id: short
                read: notes.txt
              - id: long
                read: { path: notes.txt }
            """)
        let paths = definition.steps.compactMap { step -> String? in
            guard case .kind(let kind) = step.body, let read = kind as? ReadStep, case .constant(let path) = read.path
            else { return nil }
            return path
        }
        #expect(paths == ["notes.txt", "notes.txt"])
    }

    @Test func aWorkflowWithoutANameTakesTheFiles() throws {
        #expect(try workflow("version: 1\nsteps:\n  - id: a\n    set: { x: 1 }").name == "test")
        #expect(try workflow("version: 1\nname: own\nsteps:\n  - id: a\n    set: { x: 1 }").name == "own")
    }
}

/// A piece of a workflow with a `▸` before its mistake.
struct TypeCase: Sendable, CustomTestStringConvertible {
    let yaml: String
    let message: String
    let suggestion: String?

    init(_ yaml: String, _ message: String, suggests suggestion: String? = nil) {
        self.yaml = yaml
        self.message = message
        self.suggestion = suggestion
    }

    var testDescription: String { yaml }
}
