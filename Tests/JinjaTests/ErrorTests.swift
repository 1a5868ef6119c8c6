import OrderedCollections
import Testing

@testable import Jinja

@Suite struct ErrorTests {
    struct Example: Sendable {
        var source: String
        var code: TemplateError.Code
        var line = 1
        var column: Int
        var length: Int?
        var message: String
        var suggestion: String?
    }

    static let names: Mapping = ["steps": ["tickets": ["files": [], "count": 0]], "inputs": ["name": "n"], "l": [1]]

    @Test(arguments: [
        Example(
            source: "a ${{ stepz.tickets }}", code: .undefined, column: 7, length: 5, message: "`stepz` is not defined",
            suggestion: "steps"),
        Example(
            source: "${{ steps.tickets.flies }}", code: .undefined, column: 19, length: 5,
            message: "`steps.tickets` has no key `flies`", suggestion: "files"),
        Example(
            source: "line\n  ${{ inputs['nam'] }}", code: .undefined, line: 2, column: 13,
            message: "`inputs` has no key `nam`", suggestion: "name"),
        Example(
            source: "é\r\nü ${{ missing }}", code: .undefined, line: 2, column: 7, length: 7,
            message: "`missing` is not defined"),
        Example(
            source: "${{ l[3] }}", code: .undefined, column: 6, message: "`l` has 1 element, and none at index 3"),
        Example(
            source: "${{ l | jion(',') }}", code: .undefined, column: 9, length: 4,
            message: "there is no filter `jion`",
            suggestion: "join"),
        Example(
            source: "${{ l is defned }}", code: .undefined, column: 10, message: "there is no test `defned`",
            suggestion: "defined"),
        Example(
            source: "${{ l | random }}", code: .undefined, column: 9,
            message: "the filter `random` is not offered: the same data must give the same text"),
        Example(
            source: "${{ 'a' + 1 }}", code: .type, column: 9,
            message: "`+` cannot join a string and an integer; `~` joins anything as text"),
        Example(
            source: "a ${{ [steps] | map(attribute='x') | list }}", code: .undefined, column: 17, length: 3,
            message: "a mapping has no key `x`"),
        Example(
            source: "a ${{ [] | first }}", code: .undefined, column: 7,
            message: "there is no first element: nothing is there"),
        Example(source: "${{ 1 / 0 }}", code: .argument, column: 7, message: "division by zero"),
        Example(
            source: "${{ 9223372036854775807 + 1 }}", code: .argument, column: 25,
            message: "the result of 9223372036854775807 + 1 does not fit into a 64-bit integer"),
        Example(
            source: "${{ l | join(foo=1) }}", code: .argument, column: 9, message: "`join` has no argument `foo`"),
        Example(
            source: "${{ raise_exception('no ' ~ 'way') }}", code: .raised, column: 20, message: "no way"),
        Example(
            source: "${{ l", code: .syntax, column: 1, message: "an expression is not closed: `}}` is missing"),
        Example(source: "${{ 'abc }}", code: .syntax, column: 5, message: "a string is not closed: `'` is missing"),
        Example(
            source: "{% if l %}x", code: .syntax, column: 12, message: "the template ends before `endif`"),
        Example(
            source: "{% fi l %}", code: .syntax, column: 4, message: "there is no block `fi`", suggestion: "if"),
        Example(
            source: "{% include 'x' %}", code: .syntax, column: 4,
            message: "`include` joins several templates, which is not supported: everything stands in one template"),
        Example(
            source: "{% for x in l %}{% endif %}", code: .syntax, column: 20,
            message: "`endif` stands where `else` or `endfor` is expected"),
        Example(source: "${{ (1] }}", code: .syntax, column: 7, message: "`]` stands where `)` is expected"),
        Example(source: "${{ l.append }}", code: .type, column: 5, message: "a method cannot be written as JSON"),
        Example(
            source: "${{ range }}", code: .type, column: 5, message: "a function cannot be written as JSON"),
    ])
    func saysWhatAndWhere(_ example: Example) {
        #expect {
            _ = try Template(example.source, syntax: .workflow).render(Self.names)
        } throws: { error in
            guard let error = error as? TemplateError else { return false }
            let matches =
                error.code == example.code && error.line == example.line && error.column == example.column
                && error.message == example.message && error.suggestion == example.suggestion
                && (example.length == nil || error.length == example.length)
            if !matches { print("got \(error.code) \(error), length \(error.length)") }
            return matches
        }
    }

    @Test func offsetsAreThoseOfTheOriginalBytes() {
        let source = "é\r\nü ${{ missing }}"
        #expect { try Template(source, syntax: .workflow).render([:]) } throws: { error in
            (error as? TemplateError)?.offset == Array(source.utf8).count - 10
        }
    }
}

@Suite struct ReferenceTests {
    struct Example: Sendable {
        var source: String
        /// Names with their paths; `?` where guarded, `()` where called.
        var references: [String]
    }

    @Test(arguments: [
        Example(source: "${{ steps.a.items[0].b }}", references: ["steps.a.items.0.b"]),
        Example(source: "${{ steps['a'].b | upper }}", references: ["steps.a.b"]),
        Example(source: "${{ a.b() + range(3)[n] }}", references: ["a.b()", "range()", "n"]),
        Example(source: "${{ a[b.c].d }}", references: ["a", "b.c"]),
        Example(source: "${{ a.b is defined }} ${{ a.c | default(d) }}", references: ["a.b?", "a.c?", "d"]),
        Example(source: "${{ a.b is defined and a.b.c > 1 }}", references: ["a.b?", "a.b.c?"]),
        Example(source: "${{ a is not defined or a.b }}", references: ["a?", "a.b?"]),
        Example(source: "${{ a.b if a is defined else c }}", references: ["a?", "a.b?", "c"]),
        Example(
            source: "{% if a is defined %}${{ a.b }}{% else %}${{ a }}{% endif %}", references: ["a?", "a.b?", "a"]),
        Example(
            source: "{% for x in l %}${{ x }}${{ loop.index }}${{ y }}{% endfor %}${{ x }}",
            references: ["l", "y", "x"]),
        Example(source: "${{ x }}{% set x = y %}${{ x }}", references: ["x", "y"]),
        Example(
            source: "{% for x in a.l | sort %}${{ x.b }}{% for y in x.c %}${{ y['d'] }}{% endfor %}{% endfor %}",
            references: ["a.l", "a.l.0.b", "a.l.0.c", "a.l.0.c.0.d"]),
        Example(source: "{% for x, y in l %}${{ x.b }}{% endfor %}", references: ["l"]),
        Example(source: "{% for x in l | map('first') %}${{ x.b }}{% endfor %}", references: ["l"]),
        Example(source: "${{ a.l | map(attribute='b.c') | sort(attribute='d') }}", references: ["a.l.0.b.c", "a.l"]),
        Example(
            source: "${{ l | selectattr('a', 'defined') | list | sum(attribute='b') }}",
            references: ["l.0.a?", "l.0.b", "l"]),
        Example(
            source: "{% macro m(a, b=c) %}${{ a }}${{ d }}${{ varargs }}{% endmacro %}${{ m(e) }}",
            references: ["c", "d", "e"]),
        Example(source: "{% with a = b %}${{ a }}{% endwith %}${{ a }}", references: ["b", "a"]),
        Example(
            source: "{% set ns = namespace(a=q) %}{% set ns.a = r %}${{ ns.a }}", references: ["namespace()", "q", "r"]),
        Example(source: "{% call(u) m(v) %}${{ u }}${{ w }}{% endcall %}", references: ["m()", "v", "w"]),
        Example(
            source: "${{ {'k': a}[b] }} ${{ [c, (d,)] }} ${{ e[f:g] }}",
            references: ["a", "b", "c", "d", "e", "f", "g"]),
        Example(source: "{% filter replace(a, b) %}${{ c }}{% endfilter %}", references: ["a", "b", "c"]),
        Example(source: "${{ not a and b in c or -d ~ e }}", references: ["a", "b", "c", "d", "e"]),
    ])
    func findsFreeNames(_ example: Example) throws {
        let references = try Template(example.source, syntax: .workflow).references.map { reference in
            var text = reference.name + (reference.isCalled ? "()" : "")
            for segment in reference.path {
                switch segment.key {
                case .name(let name): text += ".\(name)"
                case .index(let index): text += ".\(index)"
                }
                if segment.isCalled { text += "()" }
            }
            return text + (reference.isGuarded ? "?" : "")
        }
        #expect(references == example.references)
    }

    @Test func segmentsHaveTheirPlaces() throws {
        let source = "é\r\n${{ steps.tickets['flies'][2] }}"
        let reference = try #require(try Template(source, syntax: .workflow).references.first)
        let bytes = Array(source.utf8)
        func text(_ offset: Int, _ length: Int) -> String {
            String(decoding: bytes[offset..<offset + length], as: UTF8.self)
        }
        #expect(text(reference.offset, reference.length) == "steps")
        #expect(reference.path.map { text($0.offset, $0.length) } == ["tickets", "'flies'", "2"])
    }
}
