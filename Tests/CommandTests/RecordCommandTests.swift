import Foundation
import GRDB
import Jinja
import Testing

/// The commands that tend the record, and records that are not sound.
@Suite struct RecordCommandTests {
    private func project(runs: Int = 1) throws -> CommandFixture {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - { id: each, foreach: [1, 2], set: { x: "${{ item }}" } }
              - { id: page, write: { path: page.txt, text: hello } }
            outputs: { done: "${{ steps.each.done }}" }
            """, to: "w.yaml")
        for _ in 0..<runs { #expect(try fixture.run("run", "w.yaml").status == 0) }
        return fixture
    }

    @Test func `export writes everything of each run on a line, the oldest first`() throws {
        let fixture = try project(runs: 3)
        let all = try fixture.run("runs", "export").lines.map { try Value(json: $0) }
        #expect(all.count == 3)
        let times = all.compactMap { $0["started_at"]?.string }
        #expect(times == times.sorted())
        for run in all {
            #expect(run["workflow_text"]?.string?.hasPrefix("version: 1") == true)
            #expect(run["steps"]?.list?.count == 4)
            #expect(run["steps"]?[0]?["items"]?.list?.count == 2)
            #expect(run["files"]?[0]?["bytes"] == 5)
            #expect(run["calls"] == [])
        }
        #expect(try fixture.run("runs", "export", "latest").lines.count == 1)
        #expect(try fixture.run("runs", "export", "--state", "failed").lines.isEmpty)
    }

    @Test func `prune removes by age, by count and by size, and leaves runs that are at work`() throws {
        let fixture = try project(runs: 4)
        #expect(try fixture.run("runs", "prune").status == 64)
        #expect(try fixture.run("runs", "prune", "--older-than", "soon").errors.contains("as in `30d`"))
        #expect(try fixture.run("runs", "prune", "--max-size", "much").errors.contains("as in `500MB`"))
        #expect(try fixture.run("runs", "prune", "--older-than", "1h", "--dry-run").output == "0 runs would go\n")
        #expect(try fixture.run("runs", "prune", "--keep", "3", "--dry-run").output == "1 run would go\n")
        #expect(try fixture.run("runs", "prune", "--keep", "3").output.hasPrefix("1 run removed; the record takes"))
        #expect(try fixture.run("runs", "--ids").lines.count == 3)
        try fixture.write("version: 1\nsteps:\n  - { id: a, run: echo $$ > pid; sleep 600 }\n", to: "long.yaml")
        let started = try fixture.start(["run", "long.yaml"])
        try started.wait { fixture.exists("pid") }
        let pruned = try fixture.run("runs", "prune", "--older-than", "1ms")
        #expect(pruned.output.hasPrefix("3 runs removed; runs are at work, so the file keeps its size"))
        #expect(try fixture.run("runs", "--ids").lines.count == 1)
        kill(started.process.processIdentifier, SIGTERM)
        #expect(try started.finish().status == 130)
        #expect(try fixture.run("runs", "prune", "--max-size", "1kB").output.hasPrefix("1 run removed"))
        #expect(try fixture.run("runs", "--ids").lines.isEmpty)
        let texts = try fixture.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM workflow_texts") }
        #expect(texts == 0)
    }

    @Test func `a damaged record is set aside as it is, and the user is told`() throws {
        let fixture = try project()
        let history = fixture.folder.appending(path: ".state/history.sqlite")
        var bytes = try Data(contentsOf: history)
        bytes.replaceSubrange(100..<4_000, with: Data(repeating: 0xA5, count: 3_900))
        try bytes.write(to: history)
        let doctor = try fixture.run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("is damaged"))
        let listing = try fixture.run("runs")
        #expect(listing.status == 1)
        #expect(listing.errors.contains("the next run sets it aside"))
        let run = try fixture.run("run", "w.yaml")
        #expect(run.status == 0)
        #expect(run.output == "2\n")
        #expect(run.errors.contains("the history was damaged: it is set aside as \(history.path).damaged-"))
        let aside = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.appending(path: ".state").path)
            .filter { $0.hasPrefix("history.sqlite.damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        #expect(aside.count == 1)
        let kept = try Data(contentsOf: fixture.folder.appending(path: ".state/\(aside.first ?? "")"))
        #expect(kept == bytes)
        #expect(try fixture.run("runs", "--ids").lines.count == 1)
        #expect(try fixture.run("doctor").output.contains("whole"))
    }

    @Test func `damage that is met in the middle is looked for by the next run`() throws {
        let fixture = try project(runs: 6)
        let history = fixture.folder.appending(path: ".state/history.sqlite")
        // All pages but the first: the schema is read, and what is behind it is not.
        var bytes = try Data(contentsOf: history)
        let start = 4096 * 40
        #expect(bytes.count > start + 4096)
        bytes.replaceSubrange(start..., with: Data(repeating: 0xA5, count: bytes.count - start))
        try bytes.write(to: history)
        let doctor = try fixture.run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("is damaged"), "\(doctor.output)")
        let run = try fixture.run("run", "w.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("it is set aside as"))
        #expect(try fixture.run("runs", "--ids").lines.count == 1)
    }

    @Test func `the programs of a step end with a process that is killed`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: quick
                run: "true"
              - id: a
                run: sleep 3600 & echo $! > other; echo $$ > pid.new; mv pid.new pid; sleep 3600
            """, to: "w.yaml")
        let started = try fixture.start(["run", "w.yaml"])
        try started.wait { fixture.exists("pid") }
        kill(started.process.processIdentifier, SIGKILL)
        _ = try started.finish()
        for file in ["pid", "other"] {
            let pid = try #require(pid_t(try fixture.text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)))
            try started.wait { kill(pid, 0) != 0 || isZombie(pid) }
        }
    }

    private func isZombie(_ pid: pid_t) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? false
    }
}

/// Many processes with one record.
@Suite struct CrowdTests {
    /// `NIGHTJAR_CROWD_SECONDS` makes it last longer.
    private static let seconds = ProcessInfo.processInfo.environment["NIGHTJAR_CROWD_SECONDS"].flatMap(Double.init) ?? 6

    @Test func `ten processes that run ten workflows with one record lose nothing, and no line is torn`() throws {
        let fixture = try CommandFixture()
        for number in 0..<10 {
            try fixture.write(
                """
                version: 1
                name: w\(number)
                steps:
                  - id: each
                    foreach: { items: "${{ range(20) | list }}", max_parallel: 2 }
                    steps:
                      - { id: x, set: { x: "${{ item }}" } }
                      - { id: log, write: { path: log.jsonl, rows: [{ run: "${{ run.id }}", item: "${{ item }}", fill: "${{ 'x' * 5000 }}" }], mode: append } }
                      - { id: own, write: { path: "own-\(number).csv", rows: [{ item: "${{ item }}", text: "a, \\"b\\"" }], mode: append } }
                outputs: { done: "${{ steps.each.done }}" }
                """, to: "w\(number).yaml")
        }
        let end = Date.now.addingTimeInterval(Self.seconds)
        var running: [Int: CommandFixture.Started] = [:]
        var runs = Array(repeating: 0, count: 10)
        var failures: [String] = []
        while Date.now < end || !running.isEmpty {
            for number in 0..<10 {
                if let started = running[number], !started.process.isRunning {
                    let outcome = try started.finish()
                    if outcome.status != 0 || outcome.output != "20\n" { failures.append(outcome.errors) }
                    runs[number] += 1
                    running[number] = nil
                }
                if running[number] == nil, Date.now < end {
                    running[number] = try fixture.start(["run", "w\(number).yaml", "--quiet"])
                }
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(failures == [])
        let all = runs.reduce(0, +)
        let counts = try fixture.database { db in
            try [
                "SELECT count(*) FROM runs WHERE state = 'done'", "SELECT count(*) FROM runs",
                "SELECT count(*) FROM items WHERE state = 'done'", "SELECT count(*) FROM steps WHERE state = 'done'",
                "SELECT count(*) FROM files WHERE state = 'done'", "SELECT sum(items_done) FROM run_totals",
                "SELECT sum(files) FROM run_totals",
            ].map { try Int.fetchOne(db, sql: $0) ?? -1 }
        }
        #expect(counts == [all, all, all * 20, all * 61, all * 40, all * 20, all * 40])
        for number in 0..<10 {
            let count = try fixture.database {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM runs WHERE workflow = ?", arguments: ["w\(number)"])
            }
            #expect(count == runs[number])
            let table = try fixture.text(of: "own-\(number).csv").split(separator: "\n")
            #expect(table.first == "item,text")
            #expect(table.count == runs[number] * 20 + 1)
        }
        let lines = try fixture.text(of: "log.jsonl").split(separator: "\n")
        let told = try lines.map { line -> String in
            let value = try Value(json: String(line))
            #expect(value["fill"]?.string?.count == 5000)
            return "\(value["run"]?.string ?? "") \(value["item"]?.integer ?? -1)"
        }
        #expect(told.count == all * 20)
        #expect(Set(told).count == told.count)
        #expect(try fixture.database { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        print("ten processes, \(Self.seconds) s: \(all) runs, \(all * 162) rows, no error")
    }
}
