import Foundation
import History
import Synchronization
import Testing

@Suite struct RunLookupTests {
    @Test(arguments: ["latest", "20261124-020750", "20261124-020750-b", "20261124-020750-bbbb", "bbbb"])
    func aRunIsFoundByWhatAPersonTypes(reference: String) async throws {
        try await withThreeRuns { store in
            let run = try await store.run(reference)
            #expect(run.id.text == "20261124-020750-bbbb")
        }
    }

    @Test func anAmbiguousBeginningNamesTheRuns() async throws {
        try await withThreeRuns { store in
            let error = await #expect(throws: HistoryError.self) { try await store.run("20261124-020745") }
            #expect(error?.code == .ambiguous)
            #expect(error?.message.contains("20261124-020745-aaaa, 20261124-020745-0000") == true)
        }
    }

    @Test(arguments: ["20271124", "", "%", "nothing", "'"])
    func anUnknownRunNamesTheNewest(reference: String) async throws {
        try await withThreeRuns { store in
            let error = await #expect(throws: HistoryError.self) { try await store.run(reference) }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("20261124-020750-bbbb") == true)
        }
    }

    @Test func anEmptyHistoryHasNoLatestRun() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let error = await #expect(throws: HistoryError.self) { try await store.run("latest") }
            #expect(error?.code == .notFound)
        }
    }

    @Test(arguments: [
        ListingCase(RunFilter(), ["bbbb", "aaaa", "0000"]),
        ListingCase(RunFilter(limit: 2), ["bbbb", "aaaa"]),
        ListingCase(RunFilter(limit: 2, offset: 2), ["0000"]),
        ListingCase(RunFilter(workflow: "digest"), ["bbbb"]),
        ListingCase(RunFilter(states: [.failed, .partial]), ["aaaa"]),
        ListingCase(RunFilter(states: []), []),
        ListingCase(RunFilter(since: moment(1)), ["bbbb"]),
        ListingCase(RunFilter(workflow: "inbox-triage", states: [.running], since: moment()), ["0000"]),
    ])
    func listingsAreFilteredAndNewestFirst(listing: ListingCase) async throws {
        try await withThreeRuns { store in
            let runs = try await store.runs(listing.filter)
            #expect(runs.map { String($0.id.text.suffix(4)) } == listing.suffixes)
        }
    }

    @Test func aTakenIDIsReplaced() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun("0000")
            let numbers = Counter()
            let ids = RunIDGenerator(now: { moment() }, random: { numbers.next() })
            try await store.beginRun(run)
            let error = await #expect(throws: HistoryError.self) { try await store.beginRun(run) }
            #expect(error?.code == .runExists)
            #expect(try await store.beginRun(run, ids: ids).text == "20261124-020745-1000")
            #expect(try await store.runs().count == 2)
        }
    }

    private func withThreeRuns(_ body: (HistoryStore) async throws -> Void) async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            try await store.beginRun(newRun("0000"))
            let failed = try newRun("aaaa")
            try await store.beginRun(failed)
            try await store.endRun(
                failed.id, state: .failed, error: RecordedError(code: "x", message: "y"), at: moment(1))
            try await store.beginRun(newRun("bbbb", workflow: "digest", at: 5))
            try await body(store)
        }
    }
}

/// 0, 1, 2, …
private final class Counter: Sendable {
    private let value = Mutex<UInt64>(0)

    func next() -> UInt64 {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}

struct ListingCase: Sendable {
    let filter: RunFilter
    let suffixes: [String]

    init(_ filter: RunFilter, _ suffixes: [String]) {
        self.filter = filter
        self.suffixes = suffixes
    }
}
