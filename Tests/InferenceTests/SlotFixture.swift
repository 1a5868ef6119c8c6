import Foundation
import Synchronization
import Testing

@testable import Inference

/// The folder of an engine's slots, of a test's own and gone after it.
struct SlotFixture: Sendable {
    let folder: URL

    static func with(_ body: (SlotFixture) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-slots-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(SlotFixture(folder: folder))
    }

    /// What one process has of the engine: locks belong to opened files, so two of these compete as two processes do.
    func slots(
        _ label: String = "run", count: Int = 1, linger: Duration = .milliseconds(20), sleep: Sleeper? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> EngineSlots {
        EngineSlots(
            folder: folder, count: count, label: label, linger: linger,
            sleep: { duration in
                // Waiting processes look more often than they do outside of tests.
                guard let sleep, duration == linger else { return try await Task.sleep(for: duration / 10) }
                try await sleep(duration)
            }, now: now)
    }

    func file(_ path: String) -> URL { folder.appending(path: path) }

    /// The names in the queue, hidden ones too.
    var queue: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: file("queue").path)) ?? []
    }

    /// A locked ticket of a process that lives, as long as the value does.
    func ticket(slots: Int = 1, at date: Date = Date()) throws -> SlotTicket {
        let queue = SlotQueue(folder: file("queue"))
        try SlotFolder.make(queue.folder)
        return try queue.draw(slots: slots, at: date)
    }

    /// The descriptors of this process for files in the folder; always empty where the system does not tell.
    var descriptors: [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return all.compactMap { Int32($0) }.filter { descriptor in
            let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            return file?.hasPrefix(folder.path) ?? false
        }
    }
}

/// Sleeps that end when the test says so.
final class Sleeper: Sendable {
    private let sleeping = Mutex<[AsyncStream<Void>.Continuation]>([])

    func callAsFunction(_ duration: Duration) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        sleeping.withLock { $0.append(continuation) }
        for await _ in stream {}
        try Task.checkCancellation()
    }

    var count: Int { sleeping.withLock { $0.count } }

    func wakeAll() {
        for sleeper in sleeping.withLock({ $0 }) { sleeper.finish() }
    }
}

/// What happened, in order, for tasks that run at the same time.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])

    func add(_ note: Note) { notes.withLock { $0.append(note) } }
    var all: [Note] { notes.withLock { $0 } }
}

struct NeverHappened: Error {}

/// Waits until something is so, with patience for a busy machine.
func eventually(_ condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("what was waited for did not happen", sourceLocation: sourceLocation)
            throw NeverHappened()
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
