import Foundation
import GRDB
import History
import Testing

/// Records that an earlier Nightjar wrote.
@Suite struct MigrationTests {
    private static let records = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Records")

    @Test func aRecordFromBeforeResumingIsBroughtUpToDateWithAllThatItHas() async throws {
        try await HistoryFolder.with { folder in
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "state"), withIntermediateDirectories: true)
            let sql = try String(contentsOf: Self.records.appending(path: "v2.sql"), encoding: .utf8)
            try folder.sql { try $0.execute(sql: sql) }

            let store = try HistoryStore(readingFrom: folder.database)
            let runs = try await store.runs()
            // The one that was running has no process any more.
            #expect(runs.map(\.state) == [.interrupted, .done])
            #expect(runs[1].totals.items == 2)
            #expect(runs[1].totals.itemsFailed == 1)
            #expect(runs[1].totals.itemsReused == 0)
            #expect(runs[1].totals.calls == 1)
            #expect(runs[1].totals.files == 1)
            #expect(try await store.run("latest").resumes == 0)
            #expect(try await store.files(of: runs[1].id).map(\.isDone) == [true])
            #expect(try await store.calls(of: runs[1].id).map(\.call.digest) == [nil])
            let overview = try folder.sql {
                try Row.fetchOne($0, sql: "SELECT * FROM run_overview WHERE state = 'done'")
            }
            #expect(overview?["items_reused"] == 0)

            // What is written to it now is counted as in a new one.
            let writing = try HistoryStore(path: folder.database)
            let item = try #require(try await writing.items(of: runs[1].id).last)
            try await writing.endItem(item.row, state: .reused, output: "{}", at: moment())
            #expect(try await writing.runs()[1].totals.itemsFailed == 0)
            #expect(try await writing.runs()[1].totals.itemsReused == 1)
            #expect(try await writing.defects().damage.isEmpty)
        }
    }

    @Test func aRecordFromBeforeTheSchedulerIsBroughtUpToDateWithAllThatItHas() async throws {
        try await HistoryFolder.with { folder in
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "state"), withIntermediateDirectories: true)
            let sql = try String(contentsOf: Self.records.appending(path: "v3.sql"), encoding: .utf8)
            try folder.sql { try $0.execute(sql: sql) }

            let store = try HistoryStore(path: folder.database)
            #expect(try await store.runs().map(\.state) == [.interrupted, .partial])
            #expect(try await store.runs().map(\.totals.itemsFailed) == [1, 1])
            #expect(try await store.schedules().isEmpty)
            let workflow = WatchedWorkflow(
                path: "/home/user/w.yaml", name: "letters",
                texts: RunTexts(workflow: DigestedText(text: "version: 1", sha256: "aa")),
                schedules: [WatchedSchedule(spec: "{}", settings: "{}")])
            #expect(try await store.watch([workflow], at: moment()).count == 1)
            #expect(try await store.defects().damage.isEmpty)
        }
    }

    @Test func aRecordFromBeforeTheCostOfDecodingIsBroughtUpToDateWithAllThatItHas() async throws {
        try await HistoryFolder.with { folder in
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "state"), withIntermediateDirectories: true)
            let sql = try String(contentsOf: Self.records.appending(path: "v4.sql"), encoding: .utf8)
            try folder.sql { try $0.execute(sql: sql) }

            let store = try HistoryStore(path: folder.database)
            let run = try #require(try await store.runs().first)
            let call = try #require(try await store.calls(of: run.id).first)
            #expect(call.result.generatedTokens == 8)
            #expect(call.result.work == nil)
            #expect(try await store.schedules().count == 1)
            let work = CallWork(evaluated: 12, reused: 4, steps: 5, drafted: 3, accepted: 2, forced: 1)
            var result = call.result
            result.work = work
            try await store.endCall(call.row, state: .done, result: result, at: moment())
            #expect(try await store.calls(of: run.id).map(\.result.work) == [work])
            #expect(try await store.defects().damage.isEmpty)
        }
    }
}
