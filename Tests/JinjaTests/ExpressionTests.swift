import OrderedCollections
import Testing

@testable import Jinja

@Suite struct ExpressionTests {
    struct Example: Sendable {
        var source: String
        var value: Value
    }

    static let names: Mapping = [
        "steps": ["a": ["items": [1, 2], "count": 2, "text": "x"]], "n": 3, "s": "abc", "none_here": nil,
    ]

    @Test(arguments: [
        Example(source: "1 + 1", value: 2),
        Example(source: "n / 2", value: 1.5),
        Example(source: "steps.a.items", value: [1, 2]),
        Example(source: "steps['a']['items'][0]", value: 1),
        Example(source: "steps.a.items | map('string') | list", value: ["1", "2"]),
        Example(source: "(1, 'a')", value: [1, "a"]),
        Example(source: "{'a': (1,)}", value: ["a": [1]]),
        Example(source: "namespace(a=1, b=(2, 3))", value: ["a": 1, "b": [2, 3]]),
        Example(source: "steps.a.values() | list | length", value: 3),
        Example(source: "steps.a.items() ", value: [["items", [1, 2]], ["count", 2], ["text", "x"]]),
        Example(source: "{'b': 1}.items()", value: [["b", 1]]),
        Example(source: "{'get': 5}.get", value: 5),
        Example(source: "s if n > 2 else none", value: "abc"),
        Example(source: "s if n > 5", value: nil),
        Example(source: "missing | default([])", value: []),
        Example(source: "n is defined and n > 2", value: true),
        Example(source: "s ~ true ~ none ~ [1, 'a']", value: "abctruenull[1, \"a\"]"),
        Example(source: "[true, none] | join(',')", value: "true,null"),
        Example(source: "'👨‍👩‍👧' | length", value: 5),
        Example(source: "'e\u{301}' == '\u{E9}'", value: false),
        Example(source: "'é' in ['e\u{301}']", value: false),
    ])
    func keepsTheType(_ example: Example) throws {
        guard example.source != "steps.a.items() " else {
            // The key comes first in workflows: `items` is a list there, and calling it says so.
            #expect(throws: TemplateError.self) {
                try Expression(example.source, syntax: .workflow).evaluate(Self.names)
            }
            return
        }
        #expect(try Expression(example.source, syntax: .workflow).evaluate(Self.names) == example.value)
    }

    @Test func findsTheWholeExpression() throws {
        #expect(try Template("${{ 1 + 1 }}", syntax: .workflow).wholeExpression?.evaluate([:]) == 2)
        #expect(try Template("${{- [1] -}}", syntax: .workflow).wholeExpression?.evaluate([:]) == [1])
        #expect(try Template(" ${{ 1 }}", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("${{ 1 }} ", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("${{ 1 }}\n", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("${{ 1 }}${{ 2 }}", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("{# x #}${{ 1 }}", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("${{ 1 -}} ", syntax: .workflow).wholeExpression == nil)
        #expect(try Template("text", syntax: .workflow).wholeExpression == nil)
    }

    @Test func knowsConstants() throws {
        #expect(try Template("plain {{ text }} $5 {", syntax: .workflow).isConstant)
        #expect(try Template("", syntax: .workflow).isConstant)
        #expect(try Template("{% raw %}${{ x }}{% endraw %}", syntax: .workflow).render([:]) == "${{ x }}")
        #expect(try !Template("a ${{ b }}", syntax: .workflow).isConstant)
        #expect(try !Template("{% if true %}{% endif %}", syntax: .workflow).isConstant)
    }

    @Test func workflowsKeepTheirLastLineBreak() throws {
        #expect(try Template("a ${{ 1 }}\n", syntax: .workflow).render([:]) == "a 1\n")
        #expect(try Template("a {{ 1 }}\n", syntax: .standard).render([:]) == "a 1")
    }

    @Test func writesValuesAsJSONInWorkflows() throws {
        let text = try Template("${{ a }} ${{ b }} ${{ c }} ${{ d }}", syntax: .workflow)
        #expect(
            try text.render(["a": true, "b": nil, "c": ["x", 1.0], "d": ["k": "v"]])
                == #"true null ["x", 1.0] {"k": "v"}"#)
    }

    @Test func callsFunctionsOfTheCaller() throws {
        var environment = Environment.standard
        environment.add(Callable("success") { _ in true })
        environment.filters["shout"] = Callable("shout") { (arguments) throws(CallError) in
            guard let text = arguments.positional.first?.string else { throw CallError("`shout` needs a string") }
            return .string(text.uppercased() + "!")
        }
        environment.tests["big"] = Callable("big") { arguments in .boolean((arguments.positional[0].number ?? 0) > 9) }
        let source = "success() and ('a' | shout) == 'A!' and 10 is big and 1 is not big"
        let expression = try Expression(source, syntax: .workflow, environment: environment)
        #expect(try expression.evaluate([:]) == true)
        #expect { try Expression("1 | shout", syntax: .workflow, environment: environment).evaluate([:]) } throws: {
            ($0 as? TemplateError)?.message == "`shout` needs a string" && ($0 as? TemplateError)?.offset == 4
        }
        #expect(try Expression("success()", syntax: .workflow).evaluate([:], environment: environment) == true)
    }

    struct Path: Sendable {
        var source: String
        var name: String?
        var keys: [String] = []
    }

    @Test(arguments: [
        Path(source: "steps.a.files", name: "steps", keys: ["a", "files"]), Path(source: "x", name: "x"),
        Path(source: "steps['a'].b", name: "steps", keys: ["a", "b"]), Path(source: "a[0]", name: nil),
        Path(source: "a | list", name: nil), Path(source: "a.b()", name: nil), Path(source: "a + b", name: nil),
        Path(source: "1", name: nil), Path(source: "a[b]", name: nil),
    ])
    func knowsPlainPaths(_ example: Path) throws {
        let path = try Expression(example.source, syntax: .workflow).plainPath
        #expect(path?.name == example.name)
        if example.name != nil { #expect(path?.keys == example.keys) }
    }

    @Test func changesDoNotReachOtherNames() throws {
        // Values are not shared: Python would show the change under both names.
        let template = try Template(
            "{% set a = [1] %}{% set b = a %}{% do b.append(2) %}{{ a }}{{ b }}", syntax: .standard)
        #expect(try template.render([:]) == "[1][1, 2]")
        #expect(try Template("{% do l.append(2) %}{{ l }}", syntax: .standard).render(["l": [1]]) == "[1, 2]")
    }
}

@Suite struct NearNameTests {
    struct Example: Sendable {
        var name: String
        var candidates: [String]
        var nearest: String?
    }

    @Test(arguments: [
        Example(name: "cuont", candidates: ["name", "count"], nearest: "count"),
        Example(name: "flies", candidates: ["files", "count"], nearest: "files"),
        Example(name: "Name", candidates: ["name"], nearest: "name"),
        Example(name: "x", candidates: ["y"], nearest: nil),
        Example(name: "", candidates: ["a"], nearest: nil),
        Example(name: "promt", candidates: ["prompt", "print"], nearest: "prompt"),
        Example(name: "wholly_different", candidates: ["count"], nearest: nil),
        Example(name: "count", candidates: ["count"], nearest: nil),
    ])
    func suggestsTheNearest(_ example: Example) {
        #expect(nearest(example.name, among: example.candidates) == example.nearest)
    }
}
