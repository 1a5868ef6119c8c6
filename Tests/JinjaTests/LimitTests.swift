import OrderedCollections
import Testing

@testable import Jinja

@Suite struct LimitTests {
    static let heavy = [
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% for i in range(4000) %}{% for j in range(4000) %}{{ i }}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | length }}",
        "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% do ns.l.extend(ns.l) %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}",
        "{% set ns = namespace(d={}) %}{% for i in range(100000) %}{% set ns.d = {'k': ns.d} %}{% endfor %}",
        "{% set ns = namespace(d=[1]) %}{% for i in range(100000) %}{% set ns.d = ns.d | batch(1) | list %}{% endfor %}",
        "{% set l = [] %}{% for i in range(100000) %}{% set l2 = l %}{% do l.append(l) %}{% endfor %}",
        "{{ 'a' * 10**9 }}", "{{ 'a' * 9223372036854775807 }}", "{{ [0] * 10**12 }}", "{{ 10 ** 10 ** 2 }}",
        "{{ 'a'.center(10**12) }}", "{{ 'a' | center(10**15) }}", "{{ 'a\\nb' | indent(10**12) }}",
        "{{ 'a'.ljust(10**12) }}{{ 'a'.zfill(10**12) }}", "{{ '%1000000000d' | format(1) }}",
        "{{ '%.1000000000f' | format(1.5) }}", "{{ '{:1000000000}'.format(1) }}", "{{ '%*d' % (10**12, 1) }}",
        "{{ '\\t'.expandtabs(10**12) }}", "{{ range(10**18) | list }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{{ ('a' * 10**6).replace('a', 'b' * 10**6) }}", "{{ ('a' * 10**6) | replace('', 'b' * 10**6) }}",
        "{{ ('x' * 10**6).join('a' * 10**6) }}", "{{ [1] | batch(10**12, 0) | list }}",
        "{{ [1] | slice(10**12) | list }}", "{{ ('a' * 10**6) | list | join('b' * 10**6) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% macro f(n) %}{% for i in range(1000) %}{{ f(n) }}{% endfor %}{% endmacro %}{{ f(1) }}",
        "{% for i in range(100000) %}{% for c in 'a' * 1000 %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
        "{% for i in range(1000000) %}{% set x = 'a' * 100000 %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = range(10000) | list | sort %}{% endfor %}",
        "{{ 'a' | indent(10**18) }}", "{{ 1 | round(10**18) }}{{ 'x' * (10**18) }}",
        "{{ {} | tojson(indent=10**18) }}{{ 'x' * (10**18) }}",
    ]

    @Test(arguments: heavy)
    func endsAtALimit(_ source: String) throws {
        #expect {
            try Template(source, syntax: .standard).render(
                [:], limits: Limits(outputBytes: 1 << 20, steps: 100_000))
        } throws: { error in
            guard let code = (error as? TemplateError)?.code else { return false }
            return [.limit, .argument].contains(code)
        }
    }

    @Test func theErrorNamesTheLimit() {
        func message(_ source: String, _ limits: Limits = .standard) -> String? {
            do {
                _ = try Template(source, syntax: .standard).render([:], limits: limits)
                return nil
            } catch { return error.message }
        }
        #expect(
            message("{% for i in range(1000) %}{% endfor %}", Limits(steps: 100))
                == "`range` would make 1000 elements, more than the limit of 100 steps allows")
        #expect(
            message("{% for i in range(50) %}{{ i + 1 }}{% endfor %}", Limits(steps: 100))
                == "the template needs more than 100 steps, which is the limit")
        #expect(
            message("{{ 'a' * 50 }}", Limits(outputBytes: 10))
                == "the template makes text of more than 10 bytes, which is the limit")
        #expect(
            message("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", Limits(depth: 10))
                == "blocks, expressions and macro calls are nested deeper than 10 levels")
    }

    static let deep = [
        "{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}",
        "{{ " + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + " }}",
        "{{ " + String(repeating: "{'a':", count: 5000) + "1" + String(repeating: "}", count: 5000) + " }}",
        "{{ " + String(repeating: "f(", count: 5000) + String(repeating: ")", count: 5000) + " }}",
        "{{ " + String(repeating: "a[", count: 5000) + "1" + String(repeating: "]", count: 5000) + " }}",
        String(repeating: "{% if true %}", count: 5000) + String(repeating: "{% endif %}", count: 5000),
        String(repeating: "{% for x in [1] %}", count: 5000) + String(repeating: "{% endfor %}", count: 5000),
        "{% set " + String(repeating: "(", count: 5000) + "a" + String(repeating: ")", count: 5000) + " = 1 %}",
        "{{ " + String(repeating: "1 if ", count: 5000) + "1 }}",
        "{{ x is " + String(repeating: "in (x is ", count: 5000) + "in y" + String(repeating: ")", count: 5000) + " }}",
    ]

    @Test(arguments: deep)
    func deepSourcesAreRefusedOnASmallStack(_ source: String) throws {
        try onSmallStack {
            #expect(throws: TemplateError.self) { try Template(source, syntax: .standard).render([:]) }
        }
    }

    static let long = [
        ("{{ " + String(repeating: "not ", count: 5_000) + "1 }}", "True"),
        ("{{ " + String(repeating: "-", count: 5_000) + "1 }}", "1"),
        ("{{ 1" + String(repeating: " + 1", count: 5_000) + " }}", "5001"),
        ("{{ 'a'" + String(repeating: " ~ 'a'", count: 1_000) + " }}", String(repeating: "a", count: 1_001)),
        ("{{ x" + String(repeating: ".a", count: 100) + " is defined }}", nil),
        ("{{ 'a'" + String(repeating: " | upper", count: 1_000) + " }}", "A"),
        ("{{ true" + String(repeating: " and true", count: 5_000) + " }}", "True"),
        ("{{ 1" + String(repeating: " if false else 1", count: 2_000) + " }}", "1"),
        ("{{ 1" + String(repeating: " <= 1", count: 5_000) + " }}", "True"),
        ("{% if false %}" + String(repeating: "{% elif false %}", count: 2_000) + "{% else %}x{% endif %}", "x"),
        ("{{ " + String(repeating: "(", count: 90) + "1" + String(repeating: ")", count: 90) + " }}", "1"),
        (String(repeating: "{% if true %}", count: 90) + "x" + String(repeating: "{% endif %}", count: 90), "x"),
    ]

    @Test func longSourcesAreNotDeep() throws {
        for (source, expected) in Self.long {
            try onSmallStack {
                if let expected {
                    let result = try Template(source, syntax: .standard).render([:])
                    #expect(result == expected, "\(source.prefix(40))")
                } else {
                    #expect(throws: TemplateError.self) { try Template(source, syntax: .standard).render([:]) }
                }
            }
        }
    }

    @Test func recursionFitsASmallStack() throws {
        for source in [
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% macro f() %}{% for x in [1] %}{% if true %}{{ [(f() ~ 'x') | upper] }}{% endif %}{% endfor %}{% endmacro %}{{ f() }}",
            "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
            "{% macro f(x) %}{{ 1 + (f(x) | int if not (1 > 2 and f(x)) else f(x)) }}{% endmacro %}{{ f(1) }}",
            "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
            "{% macro f() %}{% set x %}{% filter upper %}{% with a = f() %}{{ a }}{% endwith %}{% endfilter %}{% endset %}{% endmacro %}{{ f() }}",
            "{% macro f() %}{{ {'a': [{'b': f()}]}.a[0]['b'] }}{% endmacro %}{{ f() }}",
        ] {
            try onSmallStack {
                #expect { try Template(source, syntax: .standard).render([:]) } throws: {
                    ($0 as? TemplateError)?.code == .limit
                }
            }
        }
    }

    static let extremes = [
        "{{ [1, 2, 3][9223372036854775807:] }}{{ 'abc'[-9223372036854775807:] }}{{ 'abc'[::9223372036854775807] }}",
        "{{ 'abc'[::-9223372036854775807] }}{{ [1][-9223372036854775807:9223372036854775807:-1] }}",
        "{{ [1, 2][9223372036854775807] | default('x') }}{{ [1][-9223372036854775807 - 1] | default('y') }}",
        "{{ (-9223372036854775807 - 1) % -1 }}", "{{ 1e308 * 10 | int }}{{ (1e308 * 10) | int(5) }}",
        "{{ 'nan' | float | int(3) }}{{ ('inf' | float) > 1 }}{{ ('nan' | float) == ('nan' | float) }}",
        "{{ 'a'.find('a', 9223372036854775807) }}{{ 'a'.find('', -9223372036854775807) }}{{ 'a'.count('a', 5, -9) }}",
        "{{ 'a'.split('a', -9223372036854775807) }}{{ 'a b'.rsplit(none, 9223372036854775807) }}",
        "{{ 'a' | truncate(9223372036854775807, leeway=9223372036854775807) }}{{ 1 | round(-9223372036854775807) }}",
        "{{ 1.5 | round(9223372036854775807) }}{{ 1.5 | round(-9223372036854775807) }}{{ 25 | round(-1) }}",
        "{{ 'a' * -9223372036854775807 }}{{ range(9223372036854775800, 9223372036854775807, 5) | list }}",
        "{{ range(5, -9223372036854775807, -9223372036854775807) | list }}{{ 'a'.ljust(-9223372036854775807) }}",
        "{{ '%d' | format(1e15) }}{{ '%-9d|' | format(-9223372036854775807 - 1) }}{{ '%x' | format(-255) }}",
        "{{ [3].insert(9223372036854775807, 1) }}{{ [3].insert(-9223372036854775807 - 1, 1) }}",
        "{{ [1, 2].pop(-1) }}{{ 2 ** 62 }}{{ 0 ** 9223372036854775807 }}{{ (-1) ** 9223372036854775807 }}",
        "{{ 1e-320 ** 2 }}{{ 5 // 1e-320 }}{{ 7 % 1e308 }}{{ '1' * 5 | int }}",
    ]

    @Test(arguments: extremes)
    func extremeNumbersDoNotTrap(_ source: String) throws {
        #expect(throws: Never.self) { try Template(source, syntax: .standard).render([:]) }
    }

    static let failing = [
        "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) | abs }}",
        "{{ 2 ** 63 }}", "{{ 9223372036854775808 }}", "{{ 10 ** 400.5 }}", "{{ (-8) ** 0.5 }}",
        "{{ 9223372036854775807 | round(-19) ~ (9223372036854775807 | round(-1)) }}",
        "{{ [1, 2].pop(9223372036854775807) }}", "{{ [1].pop(-9223372036854775807 - 1) }}",
        "{{ '%d' | format(1e300) }}", "{{ '%c' | format(-1) }}",
        "{{ [9223372036854775807, 1] | sum }}", "{{ 'a'.zfill() }}", "{{ 1 | batch(0) }}", "{{ 'a' | wordwrap(0) }}",
        "{{ 'a' | wordwrap(-5) }}",
    ]

    @Test(arguments: failing)
    func whatDoesNotFitIsAnError(_ source: String) throws {
        #expect(throws: TemplateError.self) { try Template(source, syntax: .standard).render([:]) }
    }
}
