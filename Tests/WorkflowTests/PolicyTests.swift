import Testing

@testable import Workflow

/// Lengths of time, retries, and what a workflow asks of its steps.
@Suite struct PolicyTests {
    @Test(arguments: [
        ("500ms", 0.5), ("2s", 2), ("5m", 300), ("1h30m", 5400), ("1d", 86_400), ("1.5s", 1.5), ("1h2m3s4ms", 3723.004),
    ])
    func lengthsOfTimeAreRead(text: String, seconds: Double) throws {
        let duration = try #require(Duration(written: text))
        #expect(abs(duration.inSeconds - seconds) < 1e-9)
    }

    @Test(arguments: [
        "", "5", "5 m", "m", "1m1h", "1s1s", "-5s", "0s", "1e3s", ".5s", "5.s", "1.2.3s", "5min", "1h ", "99999999d",
        "٣s",
    ])
    func whatIsNoLengthOfTimeIsNone(text: String) {
        #expect(Duration(written: text) == nil)
    }

    @Test(arguments: ["500ms", "2s", "5m", "1h30m", "1d1ms"])
    func lengthsOfTimeAreWrittenAsTheyAreRead(text: String) {
        #expect(Duration(written: text)?.written == text)
    }

    @Test func waitsGrowUpToTheLongest() {
        var retry = Retry()
        retry.delay = .seconds(2)
        retry.backoff = 3
        retry.longestDelay = .seconds(20)
        #expect((2...6).map { retry.delay(before: $0, chance: 1) } == [2, 6, 18, 20, 20].map { .seconds($0) })
        retry.jitter = 0.5
        #expect(retry.delay(before: 2, chance: 1) == .seconds(1))
        #expect(retry.delay(before: 2, chance: 0) == .seconds(2))
        retry.maxAttempts = 100
        retry.backoff = 100
        #expect(retry.delay(before: 100, chance: 0) == .seconds(20))
    }

    @Test func itemsAreKeptOnlyWhereSomethingAsksForThem() throws {
        func keeps(_ output: String) throws -> Bool {
            try workflow(
                """
                version: 1
                steps:
                  - { id: each, foreach: [1], set: { x: 1 } }
                  - { id: after, set: { x: "\(output)" } }
                """
            ).demands.keepsItems(of: "each")
        }
        #expect(try !keeps("${{ steps.each.count }} ${{ steps.each.failed | length }} ${{ steps.each.state }}"))
        for asking in ["steps.each.items", "steps.each['items'][0].x", "steps.each", "steps", "steps.each | length"] {
            #expect(try keeps("${{ \(asking) }}"), "\(asking)")
        }
    }

    @Test func statesAreThereForTheStepsThatAreSpokenOf() throws {
        let definition = try workflow(
            """
            version: 1
            steps:
              - { id: a, set: { x: 1 } }
              - { id: b, set: { x: 1 } }
              - { id: c, foreach: [1], steps: [{ id: d, set: { x: 1 } }, { id: e, set: { x: 1 } }] }
              - id: f
                set:
                  x: ${{ steps.a.state }}
                  y: ${{ steps.c.items | map(attribute="d.state") | list }}
                  z: ${{ steps["b"].x }}
            """)
        #expect(definition.demands.states == ["a", "d"])
    }

    @Test func aBareDelimiterIsAWarning() throws {
        let definition = try workflow(
            "version: 1\nsteps:\n  - id: a\n    prompt: Say {{ inputs.x }} and {{ user }}, ${{ 1 }}\n")
        #expect(definition.warnings.map(\.place) == [Place(line: 4, column: 17)])
        #expect(definition.warnings.first?.severity == .warning)
        #expect(definition.warnings.first?.message.contains("`${{ … }}`") == true)
    }
}
