import Foundation
import GRDB
import History
import Testing

@Suite struct SchemaTests {
    @Test(arguments: ["run_overview", "step_overview", "item_overview", "call_overview", "file_overview"])
    func eachOverviewHasARowAndSaysWhatItsColumnsAre(view: String) async throws {
        try await withARun { folder, _ in
            let row = try #require(
                try folder.sql { try Row.fetchOne($0, sql: "SELECT * FROM \(view) WHERE run_id LIKE '%k3f9'") })
            #expect(row["workflow"] == "inbox-triage")
            let definition = try folder.sql {
                try String.fetchOne($0, sql: "SELECT sql FROM sqlite_schema WHERE name = ?", arguments: [view])
            }
            #expect(definition?.contains("-- One row per ") == true)
        }
    }

    @Test func overviewsAnswerUsualQuestions() async throws {
        try await withARun { folder, _ in
            try folder.sql { db in
                let run = try #require(try Row.fetchOne(db, sql: "SELECT * FROM run_overview"))
                #expect(run["seconds"] == 9.5)
                #expect(run["items_failed"] == 1)
                #expect(run["prompt_tokens"] == 12)
                #expect(run["started_at"] == "2026-11-24T02:07:45.000Z")
                let call = try #require(try Row.fetchOne(db, sql: "SELECT * FROM call_overview"))
                #expect(call["tokens_per_second"] == 8.0)
                #expect(call["step"] == "triage[0].label")
                #expect(call["item_key"] == "k0")
                let item = try #require(try Row.fetchOne(db, sql: "SELECT * FROM item_overview"))
                #expect(item["foreach"] == "triage")
                #expect(item["error_message"] == "No.")
                #expect(try Int.fetchOne(db, sql: "SELECT bytes FROM file_overview") == 5)
            }
        }
    }

    @Test(arguments: [
        "UPDATE runs SET state = 'skipped'", "UPDATE steps SET state = 'finished'", "UPDATE items SET state = ''",
        "UPDATE calls SET state = 'partial'", "UPDATE runs SET state = 'running'", "UPDATE runs SET pid = 'x'",
        "UPDATE steps SET attempt = 0", "UPDATE steps SET run_id = 'none'", "DELETE FROM workflow_texts",
        "INSERT INTO files (run_id, step_id, path, bytes, sha256, mode, written_at) VALUES ('n', 1, '', 1, '', '', '')",
    ])
    func whatCannotBeIsRefused(sql: String) async throws {
        try await withARun { folder, _ in
            let error = #expect(throws: DatabaseError.self) { try folder.sql { try $0.execute(sql: sql) } }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
        }
    }

    @Test func aRemovedRunTakesAllThatIsItsWithIt() async throws {
        try await withARun { folder, _ in
            try folder.sql { db in
                try db.execute(sql: "DELETE FROM runs")
                for table in ["steps", "items", "calls", "files", "run_totals"] {
                    #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") == 0)
                }
            }
        }
    }

    @Test func whatBelongsToNothingIsAnErrorOfItsOwn() async throws {
        try await withARun { _, store in
            let nothing = StepRowID(rawValue: 999)
            let stranger = try newRun("zzzz").id
            let attempts: [@Sendable () async throws -> Void] = [
                { try await store.endStep(nothing, state: .done, at: moment()) },
                { try await store.endRun(stranger, state: .done, at: moment()) },
                { _ = try await store.beginItem(step: nothing, index: 0, at: moment()) },
                { _ = try await store.beginCall(greeting, step: nothing, at: moment()) },
                { _ = try await store.beginStep(run: stranger, stepID: "a", kind: "b", path: "c", at: moment()) },
            ]
            for attempt in attempts {
                let error = await #expect(throws: HistoryError.self) { try await attempt() }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test func tenThousandItemsAreWrittenReadInPagesAndRemovedQuickly() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let loop = try await store.beginStep(run: run.id, stepID: "l", kind: "foreach", path: "l", at: moment())
            for index in 0..<10_000 {
                let item = try await store.beginItem(step: loop, index: index, key: "key \(index)", at: moment())
                if index < 9_999 { try await store.endItem(item, state: .done, output: "{}", at: moment(1)) }
            }
            var seen: [Int] = []
            var last: ItemRowID?
            while true {
                let page = try await store.items(of: run.id, after: last, limit: 3_000)
                guard let end = page.last else { break }
                seen += page.map(\.index)
                last = end.row
            }
            #expect(seen == Array(0..<10_000))
            #expect(try await store.runs().first?.totals.itemsDone == 9_999)
            try await store.endRun(run.id, state: .interrupted, at: moment(2))
            #expect(try await store.items(of: run.id, states: [.interrupted]).count == 1)

            let removal = try ContinuousClock().measure {
                try folder.sql { try $0.execute(sql: "DELETE FROM runs") }
            }
            #expect(removal < .seconds(5), "each row that hangs on another is found by an index")
        }
    }

    private func withARun(_ body: (HistoryFolder, HistoryStore) async throws -> Void) async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let loop = try await store.beginStep(
                run: run.id, stepID: "triage", kind: "foreach", path: "triage", at: moment(1))
            let item = try await store.beginItem(step: loop, index: 0, key: "k0", at: moment(1))
            let step = try await store.beginStep(
                run: run.id, item: item, stepID: "label", kind: "prompt", path: "triage[0].label", at: moment(2))
            let call = try await store.beginCall(greeting, step: step, at: moment(2))
            try await store.endCall(call, state: .done, result: answer, at: moment(3))
            try await store.recordFile(
                step: step, path: "out/a.txt", bytes: 5, sha256: "feed", mode: .replace, at: moment(3))
            try await store.endStep(step, state: .failed, at: moment(4))
            try await store.endItem(
                item, state: .failed, error: RecordedError(code: "no", message: "No."), at: moment(4))
            try await store.endStep(loop, state: .done, at: moment(5))
            try await store.endRun(run.id, state: .partial, outputs: "{}", at: moment(9.5))
            try await body(folder, store)
        }
    }
}
