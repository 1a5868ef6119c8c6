import Foundation
import GRDB
import History
import Testing

@Suite struct DatabaseFileTests {
    @Test func theFolderAndTheFilesAreTheUsersAlone() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun())
            #expect(try folder.mode(folder.url.appendingPathComponent("state").path) == 0o700)
            for suffix in ["", "-wal", "-shm"] {
                #expect(try folder.mode(folder.database + suffix) == 0o600)
            }
        }
    }

    @Test func theJournalIsAWriteAheadLogThatIsSyncedOnDemand() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.sync()
            try await store.beginRun(newRun())
            try await store.sync()
            #expect(try folder.sql { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
            #expect(try folder.sql { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        }
    }

    @Test func aListingOfNothingMakesNothing() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(readingFrom: folder.database)
            #expect(try await store.runs().isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
            let error = await #expect(throws: HistoryError.self) { try await store.beginRun(newRun()) }
            #expect(error?.code == .readOnly)
        }
    }

    @Test func aListingReadsWhatAnotherStoreWrites() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun())
            let listing = try HistoryStore(readingFrom: folder.database)
            #expect(try await listing.runs().count == 1)
            try await store.beginRun(newRun("aaaa"))
            #expect(try await listing.runs().count == 2)
            try store.close()
            #expect(try await listing.runs().count == 2)
        }
    }

    @Test(arguments: ["# Notes of the night\n", "SQLite format 3\0 and then something else entirely", "x"])
    func aFileThatIsNoDatabaseIsRefusedAndLeftAlone(content: String) async throws {
        try await HistoryFolder.with { folder in
            let path = folder.url.appendingPathComponent("notes.md").path
            try Data(content.utf8).write(to: URL(fileURLWithPath: path))
            for open in [{ try HistoryStore(path: path) }, { try HistoryStore(readingFrom: path) }] {
                let error = #expect(throws: HistoryError.self) { _ = try open() }
                #expect(error?.code == .notAHistory)
                #expect(error?.message.contains("notes.md") == true)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(content.utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["notes.md"])
        }
    }

    @Test func anotherProgramsDatabaseIsRefusedAndLeftAlone() async throws {
        try await HistoryFolder.with { folder in
            let path = folder.url.appendingPathComponent("photos.sqlite").path
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: "CREATE TABLE photos (id INTEGER PRIMARY KEY)") }
            try other.close()
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            let error = #expect(throws: HistoryError.self) { try HistoryStore(path: path) }
            #expect(error?.code == .notAHistory)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
    }

    @Test(arguments: [false, true])
    func aNewerNightjarsFileIsRefusedAndLeftAlone(withOpenLog: Bool) async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun())
            try store.close()
            let newer = try DatabasePool(path: folder.database)
            try await newer.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v9 dreams')")
            }
            if !withOpenLog { try newer.close() }
            let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
            for open in [
                { try HistoryStore(path: folder.database) }, { try HistoryStore(readingFrom: folder.database) },
            ] {
                let error = #expect(throws: HistoryError.self) { _ = try open() }
                #expect(error?.code == .newerSchema)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
            try newer.close()
        }
    }

    @Test func anEarlierNightjarsFileIsBroughtUpToDateByListingsToo() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun())
            try store.close()
            try folder.sql { db in
                for view in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'") {
                    try db.execute(sql: "DROP VIEW \(view)")
                }
                try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'v1 overviews'")
            }
            let listing = try HistoryStore(readingFrom: folder.database)
            #expect(try await listing.runs().count == 1)
            #expect(try folder.sql { try Int.fetchOne($0, sql: "SELECT count(*) FROM run_overview") } == 1)
        }
    }

    @Test func aFolderInThePlaceOfTheFileIsRefused() async throws {
        try await HistoryFolder.with { folder in
            let error = #expect(throws: HistoryError.self) { try HistoryStore(path: folder.url.path) }
            #expect(error?.code == .notAHistory)
        }
    }

    @Test func aFileInThePlaceOfTheFolderIsRefused() async throws {
        try await HistoryFolder.with { folder in
            try Data().write(to: folder.url.appendingPathComponent("state"))
            let error = #expect(throws: HistoryError.self) { try HistoryStore(path: folder.database) }
            #expect(error?.message.contains("state") == true)
        }
    }

    @Test func anEmptyFileBecomesAHistory() async throws {
        try await HistoryFolder.with { folder in
            let path = folder.url.appendingPathComponent("empty.sqlite").path
            try Data().write(to: URL(fileURLWithPath: path))
            #expect(try await HistoryStore(readingFrom: path).runs().isEmpty)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
            try await HistoryStore(path: path).beginRun(newRun())
            #expect(try await HistoryStore(readingFrom: path).runs().count == 1)
        }
    }

    @Test func aDamagedFileIsReportedAndNotRemade() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun())
            try store.close()
            let url = URL(fileURLWithPath: folder.database)
            var bytes = try Data(contentsOf: url)
            bytes.replaceSubrange(100..<4_000, with: Data(repeating: 0xA5, count: 3_900))
            try bytes.write(to: url)
            let error = #expect(throws: HistoryError.self) { try HistoryStore(path: folder.database) }
            #expect(error?.code == .damaged)
            #expect(try Data(contentsOf: url) == bytes)
        }
    }
}
