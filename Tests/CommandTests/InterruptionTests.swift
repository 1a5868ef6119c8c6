import Foundation
import Jinja
import Testing

/// Ctrl-C in the middle of the work.
@Suite struct InterruptionTests {
    @Test func `a second signal ends the program of a step too`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: a
                run: trap '' TERM; echo $$ > pid.new; mv pid.new pid; sleep 3600; sleep 3600
            """, to: "w.yaml")
        let started = try fixture.start(["run", "w.yaml"])
        try started.wait { fixture.exists("pid") }
        kill(started.process.processIdentifier, SIGINT)
        kill(started.process.processIdentifier, SIGINT)
        let outcome = try started.finish()
        #expect(outcome.status == 130)
        let pid = try #require(pid_t(try fixture.text(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        try started.wait { CommandFixture.isGone(pid) }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal during generation ends the run as interrupted, with exit code 130`(signal: Int32) throws {
        let fixture = try CommandFixture()
        // So many answers that one is always being generated.
        try fixture.write(
            """
            version: 1
            steps:
              - id: stories
                foreach: ${{ range(100000) | list }}
                model: \(CommandFixture.model)
                prompt:
                  system: You continue simple stories.
                  user: Mia found a lantern.
                  temperature: 1
                  allow_truncated: true
            """, to: "w.yaml")
        let started = try fixture.start(["run", "w.yaml", "--json"])
        try started.waitForOutput("call.finished")
        kill(started.process.processIdentifier, signal)
        let outcome = try started.finish()
        #expect(outcome.status == 130)
        let event = try outcome.lastEvent
        #expect(event["type"] == "run.finished")
        #expect(event["state"] == "interrupted")

        let run = try fixture.run("runs", "show", "latest", "--json").json
        #expect(run["state"] == "interrupted")
        #expect(run["steps"]?[0]?["state"] == "interrupted")
        let calls = try #require(try fixture.run("runs", "show", "latest", "--calls", "--json").json["calls"]?.list)
        #expect(calls.first?["state"] == "done")
        #expect(!calls.contains { $0["state"] == "running" })
    }
}
