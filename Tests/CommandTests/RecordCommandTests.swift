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
              - { id: fill, set: { x: "${{ 'x' * 60000 }}" } }
            outputs: { done: "${{ steps.each.done }}" }
            """, to: "w.yaml")
        for _ in 0..<runs { #expect(try fixture.run("run", "w.yaml").status == 0) }
        return fixture
    }

    /// What is in the log is read in place of what is in the file.
    private func emptyLog(of history: URL) throws {
        let queue = try DatabaseQueue(path: history.path)
        try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try queue.close()
    }

    @Test func `export writes everything of each run on a line, the oldest first`() throws {
        let fixture = try project(runs: 3)
        let all = try fixture.run("runs", "export").lines.map { try Value(json: $0) }
        #expect(all.count == 3)
        let times = all.compactMap { $0["started_at"]?.string }
        #expect(times == times.sorted())
        for run in all {
            #expect(run["workflow_text"]?.string?.hasPrefix("version: 1") == true)
            #expect(run["steps"]?.list?.count == 5)
            #expect(run["steps"]?[0]?["items"]?.list?.count == 2)
            #expect(run["files"]?[0]?["bytes"] == 5)
            #expect(run["calls"] == [])
        }
        #expect(try fixture.run("runs", "export", "latest").lines.count == 1)
        #expect(try fixture.run("runs", "export", "--state", "failed").lines.isEmpty)
    }

    @Test func `a summary has the runs of the last hours by workflow, and what failed`() throws {
        let fixture = try project(runs: 2)
        #expect(
            try fixture.run("runs", "summary", "--since", "1ms").errors.contains("no runs have begun in the last 1ms"))
        try fixture.write(
            "version: 1\nname: bad\nsteps: [{ id: a, check: { that: \"false\", message: it is not right } }]\n",
            to: "b.yaml")
        #expect(try fixture.run("run", "b.yaml").status == 1)
        let text = try fixture.run("runs", "summary").output
        #expect(text.contains("2 done"))
        #expect(text.contains("bad  failed: it is not right"))
        let value = try fixture.run("runs", "summary", "--since", "1d", "--json").json
        #expect(value["workflows"]?.list?.map { $0["workflow"] } == ["w", "bad"])
        #expect(value["workflows"]?[0]?["states"]?["done"] == 2)
        #expect(value["workflows"]?[0]?["items"] == ["total": 4, "failed": 0])
        #expect(value["workflows"]?[0]?["files"] == 2)
        #expect(value["troubled"]?.list?.count == 1)
        #expect(try fixture.run("runs", "summary", "--since", "soon").status == 64)
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
        #expect(pruned.output.hasPrefix("3 runs removed; others are at work with it, so the file keeps its size"))
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
        try emptyLog(of: history)
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
        try emptyLog(of: history)
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
            try started.wait { CommandFixture.isGone(pid) }
        }
    }

    @Test func `prune by size removes no more than it must, and says where the limit cannot be reached`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            "version: 1\nsteps:\n  - { id: a, set: { x: \"${{ 'x' * 1000000 }}\" } }\n", to: "w.yaml")
        for _ in 0..<6 { #expect(try fixture.run("run", "w.yaml").status == 0) }
        let used = try #require(
            try fixture.database {
                try Int.fetchOne($0, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            })
        #expect(used > 6_000_000)
        #expect(try fixture.run("runs", "prune", "--max-size", "\(used - 500_000)").output.hasPrefix("1 run removed"))
        #expect(try fixture.run("runs", "prune", "--max-size", "3MB").output.hasPrefix("3 runs removed"))
        let dry = try fixture.run("runs", "prune", "--max-size", "1MB", "--dry-run").output
        #expect(dry.contains("the record uses"))
        #expect(try fixture.run("runs", "--ids").lines.count == 2)
        // Where the cache is what is too much, no run goes.
        let history = fixture.folder.appending(path: ".state/history.sqlite").path
        try DatabaseQueue(path: history).write { db in
            try db.execute(
                sql:
                    "INSERT INTO cache (key, model, answer, bytes, made_at, used_at) VALUES ('k', 'm', ?, 9000000, '2026-11-26T00:00:00.000Z', '2026-11-26T00:00:00.000Z')",
                arguments: [String(repeating: "x", count: 9_000_000)])
        }
        let full = try fixture.run("runs", "prune", "--max-size", "5MB")
        #expect(full.output.hasPrefix("0 runs removed"))
        #expect(full.errors.contains("which `nightjar cache clear` and `--forget-once` free"))
    }

    @Test func `prune keeps a run that has begun to append, so that the file is finished`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            "version: 1\nsteps:\n  - { id: a, write: { path: log.txt, text: line, mode: append } }\n", to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        let file = fixture.folder.appending(path: "log.txt")
        let history = fixture.folder.appending(path: ".state/history.sqlite").path
        // As a kill in the midst of an append leaves it.
        try DatabaseQueue(path: history).write { db in
            try db.execute(
                sql: "UPDATE files SET state = 'begun', position = 0, content = ?", arguments: [Data("line\n".utf8)])
        }
        try Data("li".utf8).write(to: file)
        #expect(try fixture.run("runs", "prune", "--older-than", "1ms").output.hasPrefix("0 runs removed"))
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try fixture.text(of: "log.txt") == "line\nline\n")
        #expect(try fixture.run("runs", "prune", "--older-than", "1ms").output.hasPrefix("2 runs removed"))
    }

    @Test func `a log whose file was emptied is set aside, not thrown away`() throws {
        let fixture = try CommandFixture()
        try fixture.write("version: 1\nsteps:\n  - { id: a, run: kill -KILL $PPID }\n", to: "k.yaml")
        try fixture.write("version: 1\nsteps:\n  - { id: a, set: { x: 1 } }\n", to: "w.yaml")
        #expect(try fixture.run("run", "k.yaml").status == SIGKILL)
        let history = fixture.folder.appending(path: ".state/history.sqlite")
        try Data().write(to: history)
        let run = try fixture.run("run", "w.yaml")
        #expect(run.status == 0)
        #expect(run.errors.contains("it is set aside as"))
        let names = try FileManager.default.contentsOfDirectory(atPath: history.deletingLastPathComponent().path)
        #expect(names.contains { $0.contains(".damaged-") && $0.hasSuffix("-wal") })
    }

    @Test func `rows of runs that were removed by hand are no damage, and prune removes them`() throws {
        let fixture = try project(runs: 2)
        let history = fixture.folder.appending(path: ".state/history.sqlite").path
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: history, configuration: configuration).write { db in
            try db.execute(sql: "DELETE FROM runs WHERE id = (SELECT max(id) FROM runs)")
        }
        let doctor = try fixture.run("doctor", "--json").json["findings"]?.list?.first { $0["subject"] == "history" }
        #expect(doctor?["verdict"] == "good")
        #expect(doctor?["advice"]?.string?.contains("`nightjar runs prune` removes them") == true)
        #expect(try fixture.run("runs", "prune", "--keep", "10").output.hasPrefix("0 runs removed"))
        let whole = try fixture.run("doctor", "--json").json["findings"]?.list?.first { $0["subject"] == "history" }
        #expect(whole?["advice"] == .null)
        #expect(try fixture.run("runs", "--ids").lines.count == 1)
    }

    @Test func `export has every file of a run, and named runs take no filters`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - { id: a, foreach: "${{ range(1050) | list }}", write: { path: "f/${{ item }}.txt", text: x } }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-q").status == 0)
        let run = try Value(json: try fixture.run("runs", "export").lines.first ?? "")
        #expect(run["files"]?.list?.count == 1050)
        #expect(run["steps"]?.list?.count == 1051)
        #expect(try fixture.run("runs", "export", "latest", "--state", "failed").status == 64)
        #expect(try fixture.run("runs", "export", "nothing").status == 65)
        // A run of many rows goes in pieces.
        #expect(try fixture.run("runs", "prune", "--keep", "0").output.hasPrefix("1 run removed"))
        let left = try fixture.database { db in
            try ["steps", "items", "files", "run_totals"].map {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")
            }
        }
        #expect(left == [0, 0, 0, 0])
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
