import Jinja
import OrderedCollections
import Testing

@testable import Workflow

@Suite struct YAMLTests {
    @Test(arguments: [
        MistakeCase(
            "at the top", "version: 1\nname: a\nsteps: []\n▸name: b\n",
            ("the key `name` is given twice in the same mapping", nil)),
        MistakeCase(
            "in a step", "version: 1\nsteps:\n  - id: a\n    list: x\n    ▸list: y\n", ("the key `list`", nil)),
        MistakeCase(
            "in the second of two elements", "version: 1\nsteps:\n  - id: a\n  - id: b\n    name: c\n    ▸id: d\n",
            ("the key `id`", nil)),
        MistakeCase(
            "with quotes", "version: 1\nsteps: []\n▸\"version\": 2\n", ("the key `version`", nil)),
        MistakeCase(
            "in a flow mapping", "version: 1\nsteps:\n  - { id: a, list: x, ▸id: b }\n", ("the key `id`", nil)),
    ])
    func aKeyGivenTwiceIsNamedAtItsSecondPlace(mistake: MistakeCase) {
        mistake.checkWorkflow()
    }

    @Test(arguments: [
        BadYAML("an unclosed quote", "version: 1\nname: \"open\nsteps: []\n", line: 2...4, "quote"),
        BadYAML("a tab", "version: 1\nsteps:\n\t- id: a\n", line: 3...3, "tab"),
        BadYAML("bad indentation", "version: 1\nsteps:\n  - id: a\n   list: x\n", line: 4...4, "indentation"),
        BadYAML("a second document", "version: 1\nsteps: []\n---\nversion: 1\n", line: 3...4, "one document"),
        BadYAML("an unclosed bracket", "version: 1\nsteps: [\n  a: 1\n", line: 2...4, ""),
        BadYAML("two colons", "version: 1\nname: a: b\n", line: 2...2, "quotes"),
        BadYAML("a value that begins with @", "version: 1\nname: @home\n", line: 2...2, "quotes"),
        BadYAML("an alias without an anchor", "version: 1\nname: *home\n", line: 2...2, "no anchor"),
        BadYAML("an alias of itself", "version: 1\nname: &a [*a]\n", line: 2...2, ""),
        BadYAML("nothing", "", line: 1...1, "empty"),
        BadYAML("a comment alone", "# to do\n", line: 1...1, "empty"),
        BadYAML("a list", "- version: 1\n", line: 1...1, "mapping"),
        BadYAML("text", "version 1", line: 1...1, "mapping"),
        BadYAML("a control character", "version: 1\nname: \u{1}\n", line: 1...2, ""),
    ])
    func whatIsNoYAMLIsOneMistakeWithItsPlace(yaml: BadYAML) {
        let all = mistakes(in: yaml.text)
        #expect(all.count == 1)
        for mistake in all {
            #expect(yaml.lines.contains(mistake.place.line), "\(mistake.headline)")
            #expect(mistake.message.contains(yaml.message), "\(mistake.headline)")
            #expect(mistake.text.hasPrefix("test.yaml:"))
        }
    }

    @Test func nestedAliasesCannotExplode() {
        var text = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let all = mistakes(in: text)
        #expect(all.count == 1)
        #expect(all.first?.message.contains("more than 200000 values") == true)
    }

    @Test(arguments: [101, 1_000, 100_000])
    func deepNestingIsRefused(depth: Int) async {
        let flow = "version: 1\nsteps: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let block = "version: 1\nsteps:\n" + String(repeating: "- ", count: depth) + "x\n"
        // A task's stack is smaller than the main thread's.
        let all = await Task.detached { [flow, block].map { mistakes(in: $0) } }.value
        #expect(all.map(\.count) == [1, 1])
    }

    @Test func aHugeFileIsRefused() {
        let text = "# " + String(repeating: "x", count: 4 << 20)
        #expect(mistakes(in: text).map(\.message) == ["the file is larger than 4 MB, which is no workflow"])
    }

    @Test(arguments: [
        ScalarCase("true", true), ScalarCase("no", "no"), ScalarCase("on", "on"), ScalarCase("null", .null),
        ScalarCase("~", .null), ScalarCase("12", 12), ScalarCase("-3", -3), ScalarCase("1.5", 1.5),
        ScalarCase("1e3", 1000.0), ScalarCase("017", "017"), ScalarCase("12:30:00", "12:30:00"),
        ScalarCase("2026-11-24", "2026-11-24"), ScalarCase("0", 0), ScalarCase(".", "."),
        ScalarCase("0x1F", "0x1F"), ScalarCase("1_000", "1_000"), ScalarCase("'12'", "12"),
        ScalarCase("\"true\"", "true"), ScalarCase("!!str 12", "12"), ScalarCase(".inf", ".inf"),
    ])
    func anUnquotedScalarIsWhatItLooksLike(scalar: ScalarCase) throws {
        let definition = try workflow("version: 1\nsteps:\n  - id: a\n    set:\n      x: \(scalar.yaml)\n")
        guard case .kind(let kind) = definition.steps[0].body, let set = kind as? SetStep else {
            Issue.record("the step is no `set`")
            return
        }
        #expect(try set.values.evaluate([:], environment: .standard) == .mapping(["x": scalar.value]))
    }

    @Test func aWholeExpressionKeepsItsTypeAndOneInTextBecomesText() throws {
        let definition = try workflow(
            """
            version: 1
            steps:
              - id: a
                set:
                  list: ${{ [1, 2] }}
                  text: list ${{ [1, 2] }}
                  deep: [{ number: "${{ 1 + 1 }}" }]
            """)
        guard case .kind(let kind) = definition.steps[0].body, let set = kind as? SetStep else {
            Issue.record("the step is no `set`")
            return
        }
        #expect(
            try set.values.evaluate([:], environment: .standard)
                == ["list": [1, 2], "text": "list [1, 2]", "deep": [["number": 2]]])
    }
}

struct BadYAML: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let lines: ClosedRange<Int>
    let message: String

    init(_ description: String, _ text: String, line lines: ClosedRange<Int>, _ message: String) {
        testDescription = description
        self.text = text
        self.lines = lines
        self.message = message
    }
}

struct ScalarCase: Sendable, CustomTestStringConvertible {
    let yaml: String
    let value: Value

    init(_ yaml: String, _ value: Value) {
        self.yaml = yaml
        self.value = value
    }

    var testDescription: String { yaml }
}
