import Foundation
import GRDB
import Jinja
import PythonSupport
import SeededRandom
import Testing

/// Processes that are killed, and runs that go on: what is finished is there once, and nothing is paid for twice.
@Suite struct KillTests {
    private static let items = 200
    private static let kills = 300

    /// Two items at a time, each with a model call, an append, a file that is replaced and one that is created.
    private static let workflow = """
        version: 1
        steps:
          - id: numbers
            set: { all: "${{ range(\(items)) | list }}" }
          - id: each
            foreach: { items: "${{ steps.numbers.all }}", max_parallel: 2 }
            steps:
              - id: ask
                model: counter/owl
                prompt: { user: "item ${{ item }}", temperature: 0 }
              - id: log
                write: { path: out/log.jsonl, rows: [{ item: "${{ item }}", text: "${{ steps.ask.text }}" }], mode: append }
              - id: page
                write: { path: "out/pages/${{ item }}.txt", text: "${{ steps.ask.text }}" }
              - id: once
                write: { path: "out/created/${{ item }}.txt", text: "${{ steps.ask.text }}", mode: create }
          - id: table
            write: { path: out/table.csv, rows: "${{ steps.each.items | map(attribute='ask') | list }}", columns: [text] }
        outputs: { done: "${{ steps.each.done }}" }
        """

    @Test func `after 300 kills at random moments every item is done once and no finished call was made again`() throws
    {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture, delay: 0.04)
        try fixture.write(Self.workflow, to: "w.yaml")
        var random = SplitMix64(seed: 20_261_126)
        var finished: [Set<Int>] = []
        var asked: [Int] = []
        while finished.count < Self.kills {
            let hasRun = try fixture.hasRun
            let started = try fixture.start(hasRun ? ["resume", "--json"] : ["run", "w.yaml", "--json"])
            // Some are killed while they start, most at their work. So much of it is let pass that the last items come
            // with the last kills, on whatever machine.
            if random.next() % 4 > 0 { try started.waitForOutput("\"type\":\"run.") }
            let isBehind = (finished.last?.count ?? 0) * Self.kills < finished.count * (Self.items - 15)
            Thread.sleep(forTimeInterval: Double(random.next() % (isBehind ? 160 : 70)) / 1000)
            guard started.process.isRunning else { break }
            kill(started.process.processIdentifier, SIGKILL)
            _ = try started.finish()
            finished.append(try fixture.finishedItems)
            asked.append(try server.asked.count)
        }
        #expect(finished.count == Self.kills, "the run was finished before the last kill")
        #expect(Set(finished.map(\.count)).count > Self.items / 4, "the kills did not come in the midst of the work")
        #expect(finished.last.map { $0.count > Self.items / 2 } == true, "most was done behind the last kill")
        let outcome = try fixture.run("resume")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "\(Self.items)\n")

        let calls = try server.asked.compactMap { Int($0.dropFirst("item ".count)) }
        for (done, count) in zip(finished, asked) {
            let again = Set(calls.dropFirst(count)).intersection(done)
            #expect(again.isEmpty, "the model was asked again for items that were done: \(again)")
        }
        // A call that the record has an answer of is never made again, whatever became of its step.
        try fixture.database { db in
            let answers = try Row.fetchAll(
                db,
                sql: """
                    SELECT messages, sum(calls.state = 'done') AS done FROM calls GROUP BY messages
                    """)
            #expect(answers.count == Self.items)
            #expect(answers.allSatisfy { $0["done"] == 1 })
            #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"])
            #expect(try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").isEmpty)
            let states = try Row.fetchAll(db, sql: "SELECT state, count(*) AS count FROM items GROUP BY state")
            #expect(states.map { $0["state"] } == ["done"])
            #expect(states.map { $0["count"] } == [Self.items])
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM runs") == 1)
        }
        try Self.expectResults(in: fixture)
        print(
            "300 kills, \(finished.last?.count ?? 0) items done before the last, at \(Set(finished.map(\.count)).count) places: \(calls.count) calls for \(Self.items) items, \(calls.count - Self.items) cut off"
        )
    }

    private static func expectResults(in fixture: CommandFixture) throws {
        let lines = try fixture.text(of: "out/log.jsonl").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        let rows = try lines.dropLast().map { try Value(json: String($0)) }
        #expect(rows.compactMap { $0["item"]?.integer }.sorted() == Array(0..<items))
        for row in rows {
            let item = try #require(row["item"]?.integer)
            let text = try #require(row["text"]?.string)
            #expect(try fixture.text(of: "out/pages/\(item).txt") == text)
            #expect(try fixture.text(of: "out/created/\(item).txt") == text)
        }
        #expect(try fixture.text(of: "out/table.csv").split(separator: "\n").count == items + 1)
        let all = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder.appending(path: "out").path)
        #expect(!all.contains { $0.hasSuffix(".tmp") })
    }

    @Test(.enabled(if: FaultShim.built != nil))
    func `a kill before each write to the record's log, and a resume, leave what an undisturbed run leaves`() throws {
        let shim = try #require(FaultShim.built)
        let workflow = """
            version: 1
            steps:
              - id: each
                foreach: [1, 2]
                steps:
                  - id: log
                    write: { path: log.txt, text: "item ${{ item }}", mode: append }
              - id: page
                write: { path: page.txt, text: "${{ steps.each.items | map(attribute='log.bytes') | join(' ') }}", mode: create }
            outputs: { done: "${{ steps.each.done }}" }
            """
        let undisturbed = try CommandFixture()
        try undisturbed.write(workflow, to: "w.yaml")
        let count = undisturbed.folder.appending(path: "count")
        let environment = shim.environment("write:-wal:1000000:KILL", count: count)
        #expect(try undisturbed.start(["run", "w.yaml"], environment: environment).finish().status == 0)
        let writes = try #require(
            Int(try undisturbed.text(of: "count").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(writes > 150)
        // A page is written by two calls, its header first: between two pages is every boundary of a transaction.
        for number in stride(from: 1, through: writes, by: 2) {
            let fixture = try CommandFixture()
            try fixture.write(workflow, to: "w.yaml")
            let killed = try fixture.start(
                ["run", "w.yaml"], environment: shim.environment("write:-wal:\(number):KILL"))
            let death = try killed.finish()
            #expect(death.status == SIGKILL, "write \(number): \(death.errors)")
            let hasRun = (try? fixture.hasRun) ?? false
            let outcome = try fixture.run(hasRun ? "resume" : "run", hasRun ? "latest" : "w.yaml")
            // Only the end itself may have been written already.
            guard !outcome.errors.contains("is done") else { continue }
            #expect(outcome.status == 0, "write \(number): \(outcome.errors)")
            for file in ["log.txt", "page.txt"] {
                #expect(try fixture.text(of: file) == undisturbed.text(of: file), "\(file) after write \(number)")
            }
            try fixture.database { db in
                #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"])
                #expect(try String.fetchAll(db, sql: "SELECT state FROM items") == ["done", "done"])
                #expect(try String.fetchAll(db, sql: "SELECT state FROM runs") == ["done"])
                let files = try String.fetchAll(db, sql: "SELECT state FROM files WHERE state = 'begun'")
                #expect(files.isEmpty || hasRun, "write \(number)")
            }
        }
    }

    @Test(
        .enabled(if: FaultShim.built != nil),
        arguments: [
            "write:log.txt:1:KILL", "write:log.txt:1:KILLAFTER", "write:log.txt:2:KILL", "sync:log.txt:1:KILL",
            "sync:log.txt:2:KILLAFTER", "write:page.txt:1:KILL", "sync:page.txt:1:KILL", "link:page.txt:1:KILL",
            "link:page.txt:1:KILLAFTER", "unlink:page.txt:1:KILL", "unlink:page.txt:2:KILL", "rename:over.txt:1:KILL",
            "rename:over.txt:1:KILLAFTER", "write:over.txt:1:KILLAFTER",
        ])
    func `a kill at each step of a write, and a resume, leave each file whole and written once`(fault: String) throws {
        let shim = try #require(FaultShim.built)
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: each
                foreach: [1, 2]
                write: { path: log.txt, text: "item ${{ item }}", mode: append }
              - { id: page, write: { path: page.txt, text: made, mode: create } }
              - { id: over, write: { path: over.txt, text: new } }
            """, to: "w.yaml")
        try fixture.write("old", to: "over.txt")
        let killed = try fixture.start(["run", "w.yaml"], environment: shim.environment(fault)).finish()
        #expect(killed.status == SIGKILL)
        let outcome = try fixture.run("resume")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try fixture.text(of: "log.txt") == "item 1\nitem 2\n")
        #expect(try fixture.text(of: "page.txt") == "made")
        #expect(try fixture.text(of: "over.txt") == "new")
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).filter {
            $0.hasSuffix(".tmp")
        }
        #expect(left.isEmpty)
    }
}

extension CommandFixture {
    private var history: String { folder.appending(path: ".state/history.sqlite").path }

    /// Looks into the record beside the program.
    func database<Result>(_ body: (Database) throws -> Result) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: history, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read(body)
    }

    /// Whether a run is recorded.
    var hasRun: Bool {
        get throws {
            guard FileManager.default.fileExists(atPath: history) else { return false }
            return try database { db in
                guard try db.tableExists("runs") else { return false }
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM runs") ?? 0 > 0
            }
        }
    }

    /// The places of the items that are done in the one run.
    var finishedItems: Set<Int> {
        get throws {
            guard try hasRun else { return [] }
            return try database { db in
                Set(try Int.fetchAll(db, sql: "SELECT position FROM items WHERE state = 'done'"))
            }
        }
    }
}
