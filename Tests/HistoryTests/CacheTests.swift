import Foundation
import History
import Testing

/// The bounds of the cache, and what outlives runs.
@Suite struct CacheTests {
    @Test func theLeastUsedMakeRoom() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let answer = String(repeating: "x", count: 1_000)
            for number in 0..<10 {
                try await store.cacheAnswer(
                    answer, under: "key \(number)", model: "m", limit: 5_200, at: moment(Double(number)))
                // The first is used again and again.
                _ = try await store.cachedAnswer("key 0", at: moment(Double(number) + 0.5))
            }
            let summary = try await store.cacheSummary()
            #expect(summary.answers == 5)
            #expect(summary.bytes <= 5_200)
            #expect(try await store.cachedAnswer("key 0", at: moment(20)) == answer)
            #expect(try await store.cachedAnswer("key 1", at: moment(20)) == nil)
            #expect(try await store.cachedAnswer("key 9", at: moment(20)) == answer)
        }
    }

    @Test func whatIsLargerThanTheCacheIsNotKept() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.cacheAnswer("small", under: "a", model: "m", limit: 100, at: moment())
            try await store.cacheAnswer(
                String(repeating: "x", count: 200), under: "b", model: "m", limit: 100, at: moment())
            #expect(try await store.cacheSummary().answers == 1)
            #expect(try await store.cachedAnswer("a", at: moment()) == "small")
        }
    }

    @Test func aNewAnswerTakesThePlaceOfTheOldOne() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.cacheAnswer("old", under: "a", model: "m", limit: 1_000, at: moment())
            try await store.cacheAnswer("newer", under: "a", model: "n", limit: 1_000, at: moment(1))
            #expect(try await store.cachedAnswer("a", at: moment(2)) == "newer")
            #expect(try await store.cacheSummary().models.map(\.model) == ["n"])
            #expect(try await store.clearCache(model: "m") == 0)
            #expect(try await store.clearCache() == 1)
        }
    }
}
