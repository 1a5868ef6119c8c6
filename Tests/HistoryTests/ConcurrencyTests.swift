import Foundation
import GRDB
import History
import Testing

@Suite struct ConcurrencyTests {
    @Test func severalStoresOpenedAtOnceMakeOneHistory() async throws {
        try await HistoryFolder.with { folder in
            let stores = try await withThrowingTaskGroup(of: HistoryStore.self) { group in
                for _ in 0..<8 { group.addTask { try HistoryStore(path: folder.database) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (index, store) in stores.enumerated() { try await store.beginRun(newRun("000\(index)")) }
            #expect(try await stores[0].runs().count == 8)
        }
    }

    @Test func storesThatWriteTogetherLoseNothing() async throws {
        try await HistoryFolder.with { folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        let store = try HistoryStore(path: folder.database)
                        let run = try newRun("000\(number)")
                        try await store.beginRun(run)
                        let loop = try await store.beginStep(
                            run: run.id, stepID: "l", kind: "foreach", path: "l", at: moment())
                        for index in 0..<250 {
                            let item = try await store.beginItem(step: loop, index: index, at: moment())
                            try await store.endItem(item, state: .done, at: moment())
                        }
                        try await store.endRun(run.id, state: .done, at: moment())
                        try store.close()
                    }
                }
                try await group.waitForAll()
            }
            let runs = try await HistoryStore(readingFrom: folder.database).runs()
            #expect(runs.map(\.state) == [.done, .done, .done, .done])
            #expect(runs.map(\.totals.itemsDone) == [250, 250, 250, 250])
        }
    }

    @Test func aFileThatIsLockedTooLongIsBusy() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database, busyTimeout: 0.05)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: folder.database, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let error = await #expect(throws: HistoryError.self) { try await store.beginRun(newRun()) }
            #expect(error?.code == .busy)
            try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try await store.beginRun(newRun())
        }
    }

    @Test func whatWasCommittedIsThereAfterADeathWithoutClosing() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let step = try await store.beginStep(run: run.id, stepID: "a", kind: "read", path: "a", at: moment())
            try await store.endStep(step, state: .done, output: "1", at: moment(1))

            // What a killed process leaves: the file and its log, as they are at this moment.
            let copy = folder.url.appendingPathComponent("copy.sqlite").path
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: copy + suffix)
            }
            let reopened = try HistoryStore(path: copy)
            #expect(try await reopened.run("latest").summary.state == .interrupted)
            #expect(try await reopened.steps(of: run.id).map(\.output) == ["1"])
            try await reopened.endRun(run.id, state: .interrupted, at: moment(2))
            withExtendedLifetime(store) {}
        }
    }
}
