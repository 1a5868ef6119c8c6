import Foundation
import Jinja
import Testing

/// What is told of schedules without anyone who keeps them.
@Suite struct ScheduleTests {
    private static func workflow(_ schedule: String, more: String = "") -> String {
        "version: 1\nschedule: \(schedule)\n\(more)steps: [{ id: a, set: { b: 1 } }]\n"
    }

    @Test(
        arguments: [
            (#"{ cron: "0 0 31 2 *" }"#, "2:19: error: no day is ever one of `0 0 31 2 *`"),
            (#"{ cron: "61 * * * *" }"#, "2:19: error: the minute is a number from 0 to 59, not `61`"),
            (#"{ cron: "@daily", timezone: Europe/Lisbn }"#, "did you mean `Europe/Lisbon`?"),
            (#"{ cron: "@daily", every: 5m }"#, "a schedule has one of `cron` and `every`"),
            ("{ timezone: UTC }", "a schedule needs one of `cron`, `every`, `at` and `on_change`"),
            ("{ every: 500ms }", "`every` takes at least `1s`"),
            ("{ every: 1500ms }", "`every` takes whole seconds"),
            ("{ every: soon }", "`every` takes a length of time"),
            ("{ at: 2026-02-30T18:00 }", "2:17: error: `at` takes a moment that is in the calendar"),
            ("{ at: tomorrow }", "`at` takes a moment"),
            ("{ every: 1h, start: 2027-01-01T00:00, end: 2026-01-01T00:00 }", "the `end` is before the `start`"),
            ("{ every: 1h, missed: some }", "`missed` takes one of `none`, `latest`, `all`, not `some`"),
            ("{ every: 1h, overlap: wait }", "`overlap` takes one of `skip`, `queue`, `replace`"),
            ("{ every: 1h, inputs: { nam: Ada } }", "the workflow has no input `nam`"),
            ("{ on_change: { pattern: \"*.txt\" } }", "`on_change` needs the key `folder`"),
            ("{ on_change: inbox, jitter: 5m }", "`jitter` belongs to times, and not to `on_change`"),
            ("[{ every: 1h }, { every: 60m }]", "this is due at the same times as the entry in line 2"),
            ("[]", "`schedule` is empty"),
        ])
    func mistakesAreToldByCheck(schedule: String, message: String) throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow(schedule), to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func aRequiredInputIsGivenByTheSchedule() throws {
        let fixture = try CommandFixture()
        let inputs = "inputs: { name: { type: string, required: true } }\n"
        try fixture.write(Self.workflow("{ every: 1h }", more: inputs), to: "w.yaml")
        #expect(
            try fixture.run("check", "w.yaml").errors.contains("the input `name` is required: give it under `inputs`"))
        try fixture.write(Self.workflow("{ every: 1h, inputs: { name: Ada } }", more: inputs), to: "w.yaml")
        #expect(try fixture.run("check", "w.yaml").status == 0)
    }

    @Test(
        arguments: [
            (#"{ cron: "30 1 * * *", timezone: Europe/Lisbon }"#, ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"]),
            (
                "{ every: 36h, start: 2026-03-28T06:00, timezone: UTC }",
                ["2026-03-28T06:00:00Z", "2026-03-29T18:00:00Z"]
            ),
            ("{ every: 90m }", ["2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z"]),
            ("{ at: 2026-12-24T18:00, timezone: Asia/Tokyo }", ["2026-12-24T09:00:00Z"]),
            ("{ at: \"2026-12-24 18:00 -05:00\" }", ["2026-12-24T23:00:00Z"]),
            (
                #"{ cron: "@hourly", timezone: UTC, start: 2026-03-29T00:30, end: 2026-03-29T02:00 }"#,
                ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
            ),
            (
                #"[{ at: 2026-04-01T00:00Z }, { at: 2026-03-31T00:00Z }]"#,
                ["2026-03-31T00:00:00Z", "2026-04-01T00:00:00Z"]
            ),
            (#"{ cron: "@reboot" }"#, []),
        ])
    func theNextTimesOfAWorkflow(schedule: String, expected: [String]) throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow(schedule), to: "workflows/w.yaml")
        let outcome = try fixture.run(
            "schedule", "next", "w", "--from", "2026-03-27T23:00:00Z", "--count", "2", "--json")
        #expect(try outcome.json.list?.compactMap(\.string) == expected, "\(outcome.errors)")
    }

    @Test func stepsForFailuresFindTheReason() throws {
        let fixture = try CommandFixture()
        func workflow(_ steps: String) -> String {
            """
            version: 1
            steps:
            \(steps)
            on_failure:
              - id: note
                write: { path: out/failed.txt, text: "${{ run.state }} ${{ run.error.code }}: ${{ run.error.message }}" }
              - id: call
                run: { command: "cat > out/called.txt", stdin: "${{ workflow.name }}" }
            """
        }
        try fixture.write(workflow("  - { id: no, check: { that: false, message: never } }"), to: "w.yaml")
        let failed = try fixture.run("run", "w.yaml")
        #expect(failed.status == 1)
        #expect(try fixture.text(of: "out/failed.txt") == "failed check_failed: never")
        #expect(try fixture.text(of: "out/called.txt") == "w")
        #expect(try fixture.run("runs", "show").output.contains("on_failure.note"))
        try fixture.write(
            workflow("  - { id: no, check: { that: false, message: never }, continue_on_error: true }"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 2)
        #expect(try fixture.text(of: "out/failed.txt") == "partial partial: 1 step failed")
        try fixture.write("", to: "out/failed.txt")
        try fixture.write(workflow("  - { id: yes, check: { that: true, message: never } }"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try fixture.text(of: "out/failed.txt") == "")
    }

    @Test func stepsForFailuresThatFailAreToldToo() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps: [{ id: no, check: { that: false, message: never } }]
            on_failure: [{ id: call, run: "exit 3" }]
            """, to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("never; and `on_failure` failed: `exit 3` ended with exit code 3"))
    }

    @Test func stepsForFailuresDoNotSeeTheOthers() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps: [{ id: one, set: { a: 1 } }]
            on_failure: [{ id: call, set: { a: "${{ steps.one.a }}" } }]
            """, to: "w.yaml")
        let outcome = try fixture.run("check", "w.yaml")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("the step `one` may not have come to its end"))
    }
}
