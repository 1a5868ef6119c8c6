import Jinja
import OrderedCollections
import Testing

@testable import Workflow

/// An expression that fails is shown where it stands in the file, however YAML wraps it.
@Suite struct PlaceTests {
    @Test(arguments: [
        PlaceCase("plain", "${{ ▸nothing }}"),
        PlaceCase("plain, behind words", "some words ${{ 'more' }} ${{ ▸nothing }}"),
        PlaceCase("plain, over two lines", "some words\n        and more ${{ ▸nothing }}"),
        PlaceCase("single quotes", "'${{ ▸nothing }}'"),
        PlaceCase("single quotes with a doubled one", "'it''s ${{ ▸nothing }}'"),
        PlaceCase("single quotes over two lines", "'it\n        is ${{ ▸nothing }}'"),
        PlaceCase("double quotes", #""${{ ▸nothing }}""#),
        PlaceCase("double quotes with escapes", #""a\tb \"c\" \u00e9 ${{ ▸nothing }}""#),
        PlaceCase("double quotes with a line continued", "\"some \\\n        words ${{ ▸nothing }}\""),
        PlaceCase("literal", "|\n        ${{ ▸nothing }}"),
        PlaceCase("literal, in a later line", "|\n        first\n\n          second\n        third ${{ ▸nothing }}"),
        PlaceCase("literal, stripped", "|-\n        first\n        ${{ ▸nothing }}\n"),
        PlaceCase("literal, with its indentation given", "|2\n         two more ${{ ▸nothing }}"),
        PlaceCase("literal, with a comment behind the mark", "| # a comment\n        ${{ ▸nothing }}"),
        PlaceCase("folded", ">\n        ${{ ▸nothing }}"),
        PlaceCase("folded, in a later line", ">\n        first\n        second ${{ ▸nothing }}"),
        PlaceCase("folded, in a later paragraph", ">-\n        first\n\n        second\n        ${{ ▸nothing }}"),
        PlaceCase("behind letters of more than one byte", "äöü 🦉 ${{ ▸nothing }}"),
        PlaceCase("in a flow list", "[1, two, '${{ ▸nothing }}']"),
        PlaceCase("in a flow mapping", "{ a: 1, b: { c: \"${{ ▸nothing }}\" } }"),
        PlaceCase("in a flow mapping over lines", "{ a: 1,\n        b: '${{ ▸nothing }}' }"),
        PlaceCase("behind an anchor", "&anchor \"${{ ▸nothing }}\""),
        PlaceCase("the second of two equal names", "${{ 'nothing' }} ${{ ▸nothing }}"),
        PlaceCase("in a block of text", "|\n        {% if true %}\n        ${{ ▸nothing }}\n        {% endif %}"),
    ])
    func anUnknownNameIsFoundInAScalar(place: PlaceCase) {
        MistakeCase(
            place.testDescription,
            "version: 1\nsteps:\n  - id: a\n    set:\n      value: " + place.yaml,
            ("nothing is called `nothing` here", nil)
        ).checkWorkflow()
    }

    @Test func eachOfTwoMistakesInOneScalarHasItsPlace() {
        MistakeCase(
            "two",
            """
            version: 1
            steps:
              - id: a
                write:
                  path: a.md
                  text: |
                    # ${{ ▸title }}

                      ${{ inputs.▸day }}
            """, ("nothing is called `title`", nil), ("no input `day`", nil)
        ).checkWorkflow()
    }

    @Test(arguments: [
        PlaceCase("an expression that ends too early", "${{ 1 + ▸}}"),
        PlaceCase("an unknown filter in a block of text", "|\n        first\n        ${{ 1 | ▸rond }}"),
    ])
    func aSyntaxErrorHasItsPlace(place: PlaceCase) {
        let yaml = "version: 1\nsteps:\n  - id: a\n    set:\n      value: " + place.yaml
        let expected = MistakeCase(place.testDescription, yaml, ("", nil))
        #expect(mistakes(in: expected.source).map(\.place) == expected.expected.map(\.place))
    }

    @Test func windowsLineEndsCountAsOne() {
        let source = MistakeCase(
            "windows",
            "version: 1\nsteps:\n  - id: a\n    set:\n      value: |\n        first\n        ${{ ▸nothing }}\n",
            ("nothing is called", nil))
        let windows = SourceText(file: "test.yaml", text: source.source.text.replacing("\n", with: "\r\n"))
        source.check(mistakes(in: windows))
    }

    @Test func aFailureWhileRunningHasItsPlaceToo() throws {
        let definition = try workflow("version: 1\nsteps:\n  - id: a\n    set:\n      x: |\n        so ${{ 1 / 0 }}\n")
        guard case .kind(let kind) = definition.steps[0].body, let set = kind as? SetStep else {
            Issue.record("the step is no `set`")
            return
        }
        let error = #expect(throws: Diagnostic.self) { try set.values.evaluate([:], environment: .standard) }
        #expect(error?.place.line == 6)
        #expect(error?.snippet == "        so ${{ 1 / 0 }}")
    }
}

struct PlaceCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String

    init(_ description: String, _ yaml: String) {
        testDescription = description
        self.yaml = yaml
    }
}

@Suite struct DiagnosticTests {
    @Test func theTextHasTheLineAndACaretUnderThePlace() {
        let source = SourceText(file: "a.yaml", text: "version: 1\n  stpes: []\n")
        let diagnostic = Diagnostic(
            in: source, at: Place(line: 2, column: 3), length: 5, message: "the workflow has no key `stpes`",
            suggestion: "steps")
        #expect(
            diagnostic.text == """
                a.yaml:2:3: error: the workflow has no key `stpes`; did you mean `steps`?
                 2 |   stpes: []
                   |   ^~~~~
                """)
    }

    @Test func theCaretKeepsTabsAndStaysOnTheLine() {
        let source = SourceText(file: "a.yaml", text: "a:\tb")
        let diagnostic = Diagnostic(in: source, at: Place(line: 1, column: 4), length: 99, message: "no")
        #expect(diagnostic.text.hasSuffix(" 1 | a:\tb\n   |   \t^"))
    }

    @Test func ofALongLineThePartAroundThePlaceIsShown() {
        let source = SourceText(file: "a.yaml", text: String(repeating: "x", count: 5_000) + "HERE" + "y")
        let diagnostic = Diagnostic(in: source, at: Place(line: 1, column: 5_001), message: "no")
        let lines = diagnostic.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 200 })
        let caret = lines[2].distance(from: lines[2].startIndex, to: lines[2].firstIndex(of: "^") ?? lines[2].endIndex)
        #expect(lines[1].dropFirst(caret).hasPrefix("HERE"))
    }

    @Test(arguments: [Place(line: 9, column: 9), Place(line: 1, column: 99), Place(line: 2, column: 1)])
    func aPlaceBesideTheTextIsShownWithoutACrash(place: Place) {
        let diagnostic = Diagnostic(in: SourceText(file: "a", text: "short\n"), at: place, length: 5, message: "no")
        #expect(diagnostic.text.hasPrefix("a:\(place.line):\(place.column): error: no"))
    }

    @Test func diagnosticsAreSortedByPlaceAndToldOnce() {
        let source = SourceText(file: "a", text: "")
        let first = Diagnostic(in: source, at: Place(line: 1, column: 2), message: "one")
        let second = Diagnostic(in: source, at: Place(line: 2, column: 1), message: "two")
        #expect(Diagnostics([second, first, second]).all == [first, second])
    }
}
