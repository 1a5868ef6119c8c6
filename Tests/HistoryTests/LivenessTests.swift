import Foundation
import GRDB
import History
import Testing

/// By their locks it is known which runs live.
@Suite struct LivenessTests {
    @Test func aRunLivesAsLongAsItsStoreHasIt() async throws {
        try await HistoryFolder.with { folder in
            let run = try newRun()
            var store: HistoryStore? = try HistoryStore(path: folder.database)
            try await store?.beginRun(run)
            #expect(try await HistoryStore(readingFrom: folder.database).runs().map(\.state) == [.running])
            #expect(try await HistoryStore(path: folder.database).runs().map(\.state) == [.running])
            // As the end of its process does.
            try store?.close()
            store = nil
            #expect(try await HistoryStore(readingFrom: folder.database).runs().map(\.state) == [.interrupted])
            let record = try await HistoryStore(readingFrom: folder.database).run("latest")
            #expect(record.summary.error?.code == "killed")
        }
    }

    @Test func anAbandonedRunEndsAtTheLastMomentThatIsKnownOfIt() async throws {
        try await HistoryFolder.with { folder in
            let run = try newRun()
            do {
                let store = try HistoryStore(path: folder.database)
                try await store.beginRun(run)
                let step = try await store.beginStep(run: run.id, stepID: "a", kind: "set", path: "a", at: moment(5))
                try await store.endStep(step, state: .done, at: moment(7))
                _ = try await store.beginStep(run: run.id, stepID: "b", kind: "set", path: "b", at: moment(8))
                store.abandonRun(run.id)
            }
            let store = try HistoryStore(path: folder.database)
            #expect(try await store.run("latest").summary.ended == moment(8))
            #expect(try await store.steps(of: run.id).map(\.state) == [.done, .interrupted])
        }
    }

    @Test func aRunIsGoneOnWithByOneProcessOnly() async throws {
        try await HistoryFolder.with { folder in
            let run = try newRun()
            let first = try HistoryStore(path: folder.database)
            try await first.beginRun(run)
            let second = try HistoryStore(path: folder.database)
            let error = await #expect(throws: HistoryError.self) {
                try await second.resumeRun(
                    run.id, endedAs: .failed, texts: nil, inputs: "{}", options: nil, process: run.process)
            }
            #expect(error?.code == .runIsAlive)
            try await first.endRun(run.id, state: .failed, at: moment(1))
            try await second.resumeRun(
                run.id, endedAs: .failed, texts: nil, inputs: "{}", options: nil, process: run.process)
            #expect(try await first.run("latest").summary.state == .running)
            #expect(try await first.run("latest").resumes == 1)
            await #expect(throws: HistoryError.self) {
                try await first.resumeRun(
                    run.id, endedAs: .failed, texts: nil, inputs: "{}", options: nil, process: run.process)
            }
            try await second.endRun(run.id, state: .done, at: moment(2))
            // Whoever had read that it failed does not go on with what is done by now.
            let late = await #expect(throws: HistoryError.self) {
                try await first.resumeRun(
                    run.id, endedAs: .failed, texts: nil, inputs: "{}", options: nil, process: run.process)
            }
            #expect(late?.code == .runIsAlive)
            let left = try FileManager.default.contentsOfDirectory(
                atPath: folder.url.appending(path: "state/running").path)
            #expect(left.isEmpty)
        }
    }

    @Test func manyProcessesThatLookAtOnceTakeNoRunFromAnother() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 { _ = try await HistoryStore(readingFrom: folder.database).runs() }
                    }
                }
                group.addTask {
                    for number in 0..<100 {
                        let run = try newRun("000" + String(number % 10), at: Double(number))
                        try await store.beginRun(run)
                        #expect(try await store.run(run.id.text).summary.state == .running)
                        try await store.endRun(run.id, state: .done, at: moment(Double(number) + 1))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.runs(RunFilter(states: [.done], limit: 200)).count == 100)
        }
    }

    @Test func aRecordThatMayNotBeWrittenStillTellsWhoHasGone() async throws {
        try await HistoryFolder.with { folder in
            let run = try newRun()
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(run)
            store.abandonRun(run.id)
            // Someone writes, and does not end.
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: folder.database, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let listing = try HistoryStore(readingFrom: folder.database, busyTimeout: 0.05)
            #expect(try await listing.runs().map(\.state) == [.interrupted])
            #expect(try await listing.run("latest").summary.state == .interrupted)
            #expect(try await listing.runs(RunFilter(states: [.running])).isEmpty)
            #expect(try await listing.runs(RunFilter(states: [.interrupted])).count == 1)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
    }
}
