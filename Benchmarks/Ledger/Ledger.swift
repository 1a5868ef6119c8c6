import ArgumentParser
import Foundation
import GRDB
import History

/// Times the rows that a run writes, against the same number of bare transactions of the SQLite library.
@main
struct Ledger: AsyncParsableCommand {
    @Option(help: "The steps of a round; each is written twice, when it begins and when it ends.")
    var steps = 5_000

    @Option(help: "The steps of a round that is brought to the disk after each.")
    var syncedSteps = 200

    @Option(help: "The rounds, in which both sides take turns.")
    var rounds = 5

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try HistoryStore(path: folder.appending(path: "state/history.sqlite").path)
        let bare = try DatabasePool(path: folder.appending(path: "bare.sqlite").path)
        try await bare.write { db in
            try db.execute(
                sql:
                    "CREATE TABLE steps (id INTEGER PRIMARY KEY, run TEXT, path TEXT, state TEXT, began TEXT, ended TEXT, output TEXT)"
            )
        }
        let run = RunID(at: Date(), random: .random(in: 0...UInt64.max))
        let text = DigestedText(text: "version: 1", sha256: "0")
        try await store.beginRun(
            NewRun(
                id: run, workflow: "bench", path: nil, texts: RunTexts(workflow: text), inputs: "{}", trigger: "shell",
                process: RunProcess(nightjarVersion: "0", pid: 0, host: "bench"), started: Date()))
        try await compare("as recorded", steps, store, run, bare, synced: false)
        try await compare("and brought to the disk after each step", syncedSteps, store, run, bare, synced: true)
    }

    private func compare(
        _ title: String, _ count: Int, _ store: HistoryStore, _ run: RunID, _ bare: DatabasePool, synced: Bool
    ) async throws {
        var ours: [Double] = []
        var theirs: [Double] = []
        for _ in 0...rounds {
            ours.append(try await rate(count) { try await self.record(count, store, run, synced: synced) })
            theirs.append(try await rate(count) { try await self.write(count, bare, synced: synced) })
        }
        let (rows, raw) = (median(ours.dropFirst()), median(theirs.dropFirst()))
        print(
            "rows a second, \(title): \(Int(rows)); bare transactions of GRDB: \(Int(raw)); ratio \(String(format: "%.2f", raw / rows))"
        )
    }

    private func record(_ count: Int, _ store: HistoryStore, _ run: RunID, synced: Bool) async throws {
        for number in 0..<count {
            let digests = StepDigests(
                definition: "0123456789abcdef0123456789abcdef", inputs: "0123456789abcdef0123456789abcdef")
            let row = try await store.beginStep(
                run: run, stepID: "step", kind: "set", path: "each[\(number)].step", digests: digests, at: Date())
            try await store.endStep(row, state: .done, output: #"{"x":1}"#, at: Date())
            if synced { try await store.sync() }
        }
    }

    private func write(_ count: Int, _ bare: DatabasePool, synced: Bool) async throws {
        for number in 0..<count {
            let row = try await bare.write { db in
                try db.execute(
                    sql: "INSERT INTO steps (run, path, state, began) VALUES (?, ?, 'running', ?)",
                    arguments: ["20261126-000000-0000", "each[\(number)].step", "2026-11-26T00:00:00.000Z"])
                return db.lastInsertedRowID
            }
            try await bare.writeWithoutTransaction { db in
                // SQLite's own way to bring a commit to the disk.
                if synced { try db.execute(sql: "PRAGMA synchronous = FULL") }
                try db.execute(
                    sql: "UPDATE steps SET state = 'done', ended = ?, output = ? WHERE id = ?",
                    arguments: ["2026-11-26T00:00:00.000Z", #"{"x":1}"#, row])
                if synced { try db.execute(sql: "PRAGMA synchronous = NORMAL") }
            }
        }
    }

    /// Rows a second: two for each step.
    private func rate(_ count: Int, _ work: () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock.now
        try await work()
        let time = clock.duration(to: .now).components
        return Double(count * 2) / (Double(time.seconds) + Double(time.attoseconds) / 1e18)
    }

    private func median(_ numbers: some Collection<Double>) -> Double { numbers.sorted()[numbers.count / 2] }
}
