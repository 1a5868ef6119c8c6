import Foundation
import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ChartStepTests {
    private static let rows = "rows: [{ m: a, n: 1, g: p }, { m: b, n: 2, g: q }, { m: a, n: 3, g: p }]"

    /// The picture of a chart, whose rows are the step `rows`.
    static func picture(of chart: String, rows: Value, in project: ProjectFolder) async throws -> String {
        try project.write(rows.json(.compact), to: "rows.json")
        let outcome = try await project.run(
            """
            steps:
              - { id: table, read: rows.json }
              - id: a
                chart: { path: a.svg, rows: "${{ steps.table.data }}", \(chart) }
            """)
        #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
        return try project.text("a.svg")
    }

    /// The texts that a picture shows on pointing at its marks.
    static func tooltips(_ svg: String) -> [String] {
        svg.matches(of: /<(?:rect|circle)[^>]*><title>([^<]*)<\/title>/).map { String($0.output.1) }
    }

    @Test func `a chart is a file of the run, and the step tells of it`() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    chart: { path: out/a.svg, kind: bar, x: m, y: n, \(Self.rows) }
                outputs: { path: "${{ steps.a.path }}", rows: "${{ steps.a.rows }}", bytes: "${{ steps.a.bytes }}" }
                """)
            #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
            let svg = try project.text("out/a.svg")
            #expect(outcome.outputs == ["path": "out/a.svg", "rows": 3, "bytes": .integer(svg.utf8.count)])
            #expect(outcome.work.files == ["out/a.svg"])
            let files = try await project.history.allFiles(of: project.record(outcome).id)
            #expect(files.map(\.bytes) == [svg.utf8.count])
            #expect(Self.tooltips(svg) == ["a: 4", "b: 2"])
            #expect(svg.contains("role=\"img\"") && svg.contains("<desc>Bar chart of n by m: 2 categories, 2 to 4."))
            #expect(svg.contains("prefers-color-scheme: dark"))
        }
    }

    @Test(arguments: [
        ("kind: bar, x: m", ["a: 2", "b: 1"]),
        ("kind: bar, x: m, group: g, y: n", ["a, p: 4", "b, q: 2"]),
        ("kind: bar, x: m, group: g, stacked: true", ["a, p: 2", "b, q: 1"]),
        ("kind: line, x: n, y: n", ["1: 1", "2: 2", "3: 3"]),
        ("kind: line, x: m, y: n", ["a: 1", "a: 3", "b: 2"]),
        ("kind: scatter, x: n, y: n, group: g", ["p, 1: 1", "p, 3: 3", "q, 2: 2"]),
        ("kind: histogram, x: n, bins: 2", ["1 to 2: 1", "2 to 3: 2"]),
    ])
    func `each kind draws its marks from the rows`(chart: String, tooltips: [String]) async throws {
        try await ProjectFolder.with { project in
            let rows: Value = [
                ["m": "a", "n": 1, "g": "p"], ["m": "b", "n": 2, "g": "q"], ["m": "a", "n": 3, "g": "p"],
            ]
            let svg = try await Self.picture(of: chart, rows: rows, in: project)
            let marks = Self.tooltips(svg).filter { !$0.isEmpty }
            #expect(marks == tooltips)
        }
    }

    @Test func `dates and numbers in texts are read as what they are, in order`() async throws {
        try await ProjectFolder.with { project in
            let rows: Value = [
                ["day": "2026-03-02", "n": " 12.5"], ["day": "2026-03-01", "n": "1e1"],
                ["day": "2026-03-03", "n": "-3"],
            ]
            let svg = try await Self.picture(of: "kind: line, x: day, y: n", rows: rows, in: project)
            #expect(Self.tooltips(svg) == ["2026-03-01: 10", "2026-03-02: 12.5", "2026-03-03: −3"])
        }
    }

    @Test func `a line has a gap where there is no value, and the step says so`() async throws {
        try await ProjectFolder.with { project in
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    chart:
                      path: a.svg
                      kind: line
                      x: x
                      y: [y, z]
                      rows:
                        [{ x: 1, y: 1, z: 1 }, { x: 2, y: 1, z: null }, { x: 3, y: 1, z: "" }, { x: 4, y: 1, z: 1 }, { y: 1 }]
                outputs: { warnings: "${{ steps.a.warnings }}", rows: "${{ steps.a.rows }}" }
                """)
            #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
            #expect(
                outcome.outputs["warnings"] == [
                    "`z` is empty in 2 of 5 rows, which are not drawn there",
                    "`x` is empty in 1 of 5 rows, which is left out",
                ])
            #expect(outcome.outputs["rows"] == 4)
            let paths = try project.text("a.svg").matches(of: /<path class="line s\d" d="(M[^h]*?)"/).map(\.output.1)
            #expect(paths.map { $0.count { $0 == "M" } } == [1, 2])
            #expect(paths.map { $0.count { $0 == "L" } } == [3, 0])
        }
    }

    @Test(arguments: [
        "kind: bar, x: a", "kind: line, x: a, y: b", "kind: scatter, x: a, y: b", "kind: histogram, x: a",
    ])
    func `without rows the chart says that there is no data`(chart: String) async throws {
        try await ProjectFolder.with { project in
            let svg = try await Self.picture(of: chart, rows: [], in: project)
            #expect(svg.contains(">no data</text>"))
            #expect(Self.tooltips(svg).isEmpty)
        }
    }

    @Test func `texts of the data are no markup, and the same data give the same file`() async throws {
        try await ProjectFolder.with { project in
            let rows: Value = [["m": "</text><script>alert(1)</script>\u{1}", "n": 1], ["m": "\"&\"", "n": 2]]
            let chart = "kind: bar, x: m, y: n, title: '<b> & ]]>'"
            let svg = try await Self.picture(of: chart, rows: rows, in: project)
            #expect(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("\u{1}"))
            #expect(svg.contains("&lt;b&gt; &amp; ]]&gt;"))
            #expect(XMLParser(data: Data(svg.utf8)).parse())
            #expect(try await Self.picture(of: chart, rows: rows, in: project) == svg)
        }
    }

    @Test(arguments: [
        FailureCase(
            "chart: { path: ../a.svg, kind: bar, x: m, \(rows) }", "write_refused", "is outside the project folder"),
        FailureCase(
            "chart: { path: '${{ \"a.png\" }}', kind: bar, x: m, \(rows) }", "bad_value", "does not end with `.svg`"),
        FailureCase(
            "chart: { path: a.svg, kind: bar, x: m, rows: '${{ 1 }}' }", "bad_value", "a list of mappings is needed"),
        FailureCase(
            "chart: { path: a.svg, kind: bar, x: m, rows: [{ m: 1 }, 2] }", "bad_value", "row 2 of 2 is an integer"),
        FailureCase(
            "chart: { path: a.svg, kind: bar, x: mm, \(rows) }", "bad_data",
            "no row has the column `mm`: did you mean `m`?"),
        FailureCase(
            "chart: { path: a.svg, kind: bar, x: m, y: g, \(rows) }", "bad_data",
            "row 1 of 3 has in the column `g` \"p\", and a number is needed there"),
        FailureCase(
            "chart: { path: a.svg, kind: line, x: x, y: x, rows: [{ x: 1 }, { x: n/a }] }", "bad_data",
            "row 2 of 2 has in the column `x` \"n/a\", and a number is needed there"),
        FailureCase(
            "chart: { path: a.svg, kind: scatter, x: m, y: n, \(rows) }", "bad_data",
            "row 1 of 3 has in the column `m` \"a\", and a number or a date is needed there"),
        FailureCase(
            "chart: { path: a.svg, kind: histogram, x: x, rows: [{ x: 1e200 }] }", "bad_data", "too large to draw"),
        FailureCase(
            "chart: { path: a.svg, kind: histogram, x: x, rows: [{ x: nan }] }", "bad_data", "a number is needed"),
    ])
    func `what cannot be drawn is one sentence, and leaves nothing`(failure: FailureCase) async throws {
        try await ProjectFolder.with { project in
            try await failure.check(in: project)
            #expect(project.contents == [])
        }
    }

    @Test(arguments: [
        ("kind: bar, x: x", 201, "`x` has more than 200 categories"),
        ("kind: bar, x: g, group: x", 17, "`x` has more than 16 values"),
        ("kind: scatter, x: n, y: n", 50_001, "the chart would have 50001 marks, and at most 50000 are drawn"),
        ("kind: bar, x: g, group: x, width: 320, height: 200", 16, "has no room for its texts and its legend"),
    ])
    func `what is too much for one picture is refused in a sentence`(
        chart: String, count: Int, message: String
    ) async throws {
        try await ProjectFolder.with { project in
            let rows = (0..<count).map { Value.mapping(["x": .string("name \($0)"), "n": .integer($0), "g": "g"]) }
            try project.write(Value.list(rows).json(.compact), to: "rows.json")
            let error = try await project.failure(
                of: """
                      - { id: table, read: rows.json }
                      - id: a
                        chart: { path: a.svg, rows: "${{ steps.table.data }}", \(chart) }
                    """)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
            #expect(!project.contents.contains("a.svg"))
        }
    }

    @Test func `a plan says what would be drawn, and draws nothing`() async throws {
        try await ProjectFolder.with { project in
            let plan = try await project.prepare(
                "steps:\n  - id: a\n    chart: { path: a.svg, kind: bar, x: m, \(Self.rows) }"
            ).plan(inputs: [:])
            #expect(plan.steps.first?.lines.first?.hasPrefix("writes a.svg, a chart of the kind bar of 3 rows") == true)
            #expect(project.contents == [])
        }
    }
}
