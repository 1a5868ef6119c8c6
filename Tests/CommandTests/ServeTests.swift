import Foundation
import GRDB
import Jinja
import SeededRandom
import Testing

/// The scheduler at work: a real process, real runs, real files.
@Suite struct ServeTests {
    private static let tick = """
        version: 1
        schedule: { every: 1s, overlap: queue, missed: all }
        steps:
          - id: log
            write: { path: out/tick.txt, mode: append, text: "${{ run.scheduled_for }} ${{ run.trigger }} ${{ run.id }}\\n" }
        """

    /// A workflow that no time starts.
    private static func once(_ steps: String) -> String { "version: 1\nsteps:\n\(steps)\n" }

    @Test func dueRunsStartAndTheRecordTellsWhatBecameOfThem() throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture)
        try daemon.started.wait {
            ((try? fixture.text(of: "out/tick.txt")) ?? "").split(separator: "\n").count >= 3
        }
        let ended = try daemon.stop()
        #expect(ended.status == 0, "\(ended.errors)")
        let lines = try fixture.text(of: "out/tick.txt").split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.allSatisfy { $0.count == 3 && $0[1] == "schedule" })
        let rows = try fixture.occurrences()
        #expect(rows.count == lines.count)
        #expect(rows.allSatisfy { $0["state"] == "ran" && $0["run_state"] == "done" })
        #expect(rows.map { $0["run_id"] as String? } == lines.map { String($0[2]) })
        let runs = try fixture.run("runs", "--json").json.list ?? []
        #expect(runs.first?["trigger"] == "schedule")
        let history = try fixture.run("schedule", "history", "tick", "--json").json.list ?? []
        #expect(history.count == rows.count)
        #expect(history.first?["state"] == "ran")
        // Each run has its output in a file of its own.
        #expect(try fixture.text(of: ".state/logs/runs/\(lines[0][2]).log").contains("log: done"))
    }

    @Test func aSecondDaemonOnTheSameStateSaysSoAndLeaves() throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture)
        let second = try fixture.run("serve")
        #expect(second.status == 75)
        #expect(second.errors.contains("a scheduler works with"))
        #expect(second.errors.contains("process \(daemon.started.process.processIdentifier)"))
        #expect(try daemon.stop().status == 0)
    }

    @Test func `100 kills of the daemon while schedules fire each second lose no occurrence and run none twice`() throws
    {
        let fixture = try CommandFixture()
        for name in ["a", "b", "c"] {
            try fixture.write(Self.tick.replacing("tick.txt", with: "\(name).txt"), to: "workflows/\(name).yaml")
        }
        try fixture.write("scheduler: { max_runs: 50 }", to: "nightjar.yaml")
        var random = SplitMix64(seed: 6)
        for _ in 0..<100 {
            // Some are killed while they start, most at their work.
            let daemon = try RunningDaemon(fixture, isReady: random.next() % 5 > 0)
            Thread.sleep(forTimeInterval: Double(random.next() % 700) / 1000)
            daemon.signal(SIGKILL)
            _ = try daemon.started.finish()
        }
        let last = try RunningDaemon(fixture)
        try last.started.wait { (try? fixture.occurrences().suffix(3).contains { $0["state"] == "ran" }) ?? false }
        #expect(try last.stop().status == 0)
        let rows = try fixture.occurrences()
        for name in ["a", "b", "c"] {
            let own = rows.filter { $0["workflow"] == name }
            // Every second from the first to the last, once.
            let seconds = try own.map { row in
                Int(try Date(row["scheduled_for"] as String, strategy: .iso8601).timeIntervalSince1970)
            }
            let first = try #require(seconds.first)
            #expect(seconds == Array(first..<first + seconds.count))
            #expect(own.allSatisfy { ["ran", "late"].contains($0["state"] as String) && $0["run_state"] == "done" })
            // And each was done once.
            let done = try fixture.text(of: "out/\(name).txt").split(separator: "\n").map {
                String($0.prefix { $0 != " " })
            }
            #expect(done.sorted() == own.map { $0["scheduled_for"] as String }.sorted())
        }
        #expect(rows.count > 100)
    }

    @Test func aRunThatAbortsIsGoneOnWithAndThenGivenUp() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            Self.once(
                """
                  - id: first
                    write: { path: out/first.txt, mode: append, text: "once\\n" }
                  - id: abort
                    run: "kill -ABRT $PPID; sleep 30"
                on_failure:
                  - id: note
                    write: { path: out/failed.txt, text: "${{ run.state }}: ${{ run.error.message }}" }
                """), to: "workflows/crash.yaml")
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture)
        let outcome = try fixture.run("trigger", "crash", "--wait")
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("its process was ended by SIGABRT, after it was gone on with twice"))
        #expect(try fixture.text(of: "out/failed.txt").hasPrefix("failed: its process was ended by SIGABRT"))
        #expect(try fixture.text(of: "out/first.txt") == "once\n")
        // The daemon goes on.
        let before = try fixture.occurrences().count
        try daemon.started.wait { ((try? fixture.occurrences().count) ?? 0) > before }
        #expect(try daemon.stop().status == 0)
        let crashed = try #require(try fixture.occurrences().first { $0["workflow"] == "crash" })
        #expect(crashed["state"] == "ran")
        #expect(crashed["run_state"] == "failed")
        #expect(crashed["resumes"] == 2)
    }

    @Test func aCrashIsMarkedWhereTheConfigurationSaysSo() throws {
        let fixture = try CommandFixture()
        try fixture.write("scheduler: { after_crash: mark }", to: "nightjar.yaml")
        try fixture.write(
            Self.once("  - { id: abort, run: \"kill -SEGV $PPID; sleep 30\" }"), to: "workflows/crash.yaml")
        let daemon = try RunningDaemon(fixture)
        let outcome = try fixture.run("trigger", "crash", "--wait")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("its process was ended by SIGSEGV"))
        #expect(try daemon.stop().status == 0)
        #expect(try fixture.occurrences().first?["resumes"] == 0)
    }

    @Test func aRunThatFillsItsMemoryUnderALimitFailsAlone() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            Self.once("  - { id: all, run: { command: head -c 1000000000 /dev/zero, max_bytes: 1073741824 } }"),
            to: "workflows/big.yaml")
        try fixture.write("scheduler: { after_crash: mark }", to: "nightjar.yaml")
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture, mostMemory: 1_600_000_000)
        let outcome = try fixture.run("trigger", "big", "--wait")
        #expect(outcome.status == 1, "\(outcome.errors)")
        let before = try fixture.occurrences().count
        try daemon.started.wait { ((try? fixture.occurrences().count) ?? 0) > before }
        #expect(try daemon.stop().status == 0)
        let row = try #require(try fixture.occurrences().first { $0["workflow"] == "big" })
        #expect(row["state"] == "ran")
        #expect(row["run_state"] == "failed")
        #expect((row["error_message"] as String?)?.hasPrefix("its process was ended by SIG") == true)
    }

    @Test func aRunThatIgnoresSIGTERMIsEndedByForceAndGoneOnWithLater() throws {
        let fixture = try CommandFixture()
        try fixture.write("scheduler: { drain: 200ms, stop_grace: 1s }", to: "nightjar.yaml")
        // The process itself is stopped, so that it does not see the signal.
        try fixture.write(
            Self.once("  - { id: stuck, run: \"test -e done || { touch done; kill -STOP $PPID; sleep 60; }\" }"),
            to: "workflows/stuck.yaml")
        let daemon = try RunningDaemon(fixture)
        #expect(try fixture.run("trigger", "stuck").status == 0)
        try daemon.started.wait { fixture.exists("done") }
        let ended = try daemon.stop()
        #expect(ended.status == 0)
        #expect(ended.errors.contains("did not stop when asked to, and is ended by force"))
        let next = try RunningDaemon(fixture)
        try next.started.wait { (try? fixture.occurrences().first?["state"] == "ran") ?? false }
        #expect(try next.stop().status == 0)
        let row = try #require(try fixture.occurrences().first)
        #expect(row["run_state"] == "done")
    }

    @Test func whatIsAtWorkMayComeToItsEndBeforeTheDaemonStops() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            Self.once("  - { id: wait, run: \"touch begun; while ! test -e go; do sleep 0.05; done\" }"),
            to: "workflows/slow.yaml")
        let daemon = try RunningDaemon(fixture)
        #expect(try fixture.run("trigger", "slow").status == 0)
        try daemon.started.wait { fixture.exists("begun") }
        daemon.signal(SIGTERM)
        try daemon.waitForLog("the scheduler is to stop")
        let refused = try fixture.run("trigger", "slow")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("about to stop"))
        try fixture.write("", to: "go")
        #expect(try daemon.started.finish().status == 0)
        #expect(try fixture.occurrences().map { $0["run_state"] as String? } == ["done"])
    }

    @Test func aBrokenEditKeepsTheLastGoodVersion() throws {
        let fixture = try CommandFixture()
        let good = Self.once("  - { id: say, set: { text: first } }\noutputs: { text: \"${{ steps.say.text }}\" }")
        try fixture.write(good, to: "workflows/w.yaml")
        let daemon = try RunningDaemon(fixture)
        #expect(try fixture.run("trigger", "w", "--wait").output == "first\n")
        try fixture.write(good.replacing("set:", with: "sett:"), to: "workflows/w.yaml")
        try daemon.waitForLog("a workflow has mistakes")
        #expect(daemon.log.contains("error: a step has no key `sett`"), "\(daemon.log)")
        let kept = try fixture.run("schedule", "run-now", "w", "--wait")
        #expect(kept.output == "first\n", "\(kept.errors)")
        try fixture.write(good.replacing("first", with: "second"), to: "workflows/w.yaml")
        try daemon.started.wait { (try? fixture.run("trigger", "w", "--wait").output) == "second\n" }
        #expect(try daemon.stop().status == 0)
    }

    @Test func filesOfAFolderHaveARunOnceEach() throws {
        let fixture = try CommandFixture()
        try fixture.write("old", to: "inbox/old.txt")
        try fixture.write(
            """
            version: 1
            schedule: { on_change: { folder: inbox, pattern: "*.txt", settle: 300ms } }
            steps:
              - id: log
                write: { path: out/files.jsonl, mode: append, rows: [{ files: "${{ run.files }}", trigger: "${{ run.trigger }}" }] }
            """, to: "workflows/files.yaml")
        let daemon = try RunningDaemon(fixture)
        func files() -> [String] {
            ((try? fixture.text(of: "out/files.jsonl")) ?? "").split(separator: "\n").flatMap { line in
                (try? Value(json: String(line)))?["files"]?.list?.compactMap(\.string) ?? []
            }.map { URL(filePath: $0).lastPathComponent }
        }
        // One that grows is not finished.
        let growing = try fixture.write("a", to: "inbox/growing.txt")
        let handle = try FileHandle(forWritingTo: growing)
        for _ in 0..<10 {
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("more".utf8))
            Thread.sleep(forTimeInterval: 0.1)
            #expect(files() == [])
        }
        try handle.close()
        try fixture.write("b", to: "inbox/other.log")
        try daemon.started.wait { !files().isEmpty }
        #expect(files() == ["growing.txt"])
        _ = try daemon.stop()
        // What came while nobody looked has its run, and what had one has not another.
        try fixture.write("c", to: "inbox/late.txt")
        let next = try RunningDaemon(fixture)
        try next.started.wait { files().count >= 2 }
        #expect(files() == ["growing.txt", "late.txt"])
        #expect(try next.stop().status == 0)
        #expect(try fixture.occurrences().map { $0["trigger"] as String } == ["change", "change"])
    }

    @Test func schedulesArePausedLeftOutOnceAndGoOn() throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture)
        func states() -> [String] { ((try? fixture.occurrences()) ?? []).map { $0["state"] } }
        try daemon.started.wait { states().contains("ran") }
        #expect(try fixture.run("schedule", "pause", "tick").status == 0)
        try daemon.started.wait { states().suffix(2) == ["skipped", "skipped"] }
        #expect(try fixture.run("schedule", "list").output.contains("paused since"))
        #expect(try fixture.run("schedule", "resume", "tick").status == 0)
        try daemon.started.wait { states().last == "ran" }
        #expect(try fixture.run("schedule", "skip-next", "tick").status == 0)
        try daemon.started.wait {
            ((try? fixture.occurrences()) ?? []).contains { ($0["reason"] as String?)?.contains("skip-next") == true }
        }
        try daemon.started.wait { states().last == "ran" }
        #expect(try daemon.stop().status == 0)
        let left = try fixture.occurrences().filter { ($0["reason"] as String?)?.contains("skip-next") == true }
        #expect(left.count == 1)
    }

    @Test func triggersNeedASchedulerAndTakeInputs() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            inputs: { name: { type: string, required: true } }
            steps: [{ id: hail, set: { text: "Hail, ${{ inputs.name }}: ${{ run.trigger }}" } }]
            outputs: { text: "${{ steps.hail.text }}" }
            """, to: "workflows/hail.yaml")
        let alone = try fixture.run("trigger", "hail", "-i", "name=Ada")
        #expect(alone.status == 69)
        #expect(alone.errors.contains("no scheduler is at work"))
        let daemon = try RunningDaemon(fixture)
        let outcome = try fixture.run("trigger", "hail", "-i", "name=Ada", "--wait")
        #expect(outcome.status == 0)
        #expect(outcome.output == "Hail, Ada: manual\n")
        #expect(try fixture.run("trigger", "hail").status == 65)
        let elsewhere = try fixture.write(Self.tick, to: "other/workflows/tick.yaml")
        let unknown = try fixture.run("trigger", elsewhere.path)
        #expect(unknown.status == 65)
        #expect(unknown.errors.contains("the scheduler does not know"))
        #expect(try daemon.stop().status == 0)
    }

    @Test func theLogIsOneJSONObjectALineWhereThatIsWanted() throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.tick, to: "workflows/tick.yaml")
        let daemon = try RunningDaemon(fixture, "--log-format", "json")
        try daemon.waitForLog("run has ended")
        daemon.signal(SIGHUP)
        try daemon.waitForLog("are read anew")
        let lines = try daemon.stop().errors.split(separator: "\n").map { try Value(json: String($0)) }
        #expect(lines.allSatisfy { $0["time"]?.string != nil && $0["level"]?.string != nil })
        #expect(lines.contains { $0["message"] == "run starts" && $0["workflow"] == "tick" })
    }
}
