import Foundation
import LocalFiles
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(5))) struct SlotProcessTests {
    /// Holds a slot as a process in another language would, until it is killed.
    private static let holder = """
        import fcntl, json, os, sys, time
        file = open(sys.argv[1], "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        json.dump({"pid": os.getpid(), "label": "a run in Python", "since": "2026-11-24T02:07:45Z"}, file)
        file.flush()
        print("held", flush=True)
        time.sleep(3600)
        """

    @Test func aSlotIsFreeWhenItsHolderIsKilled() async throws {
        try await SlotFixture.with { fixture in
            try SlotFolder.make(fixture.folder)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", "-c", Self.holder, fixture.file("slot-0").path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            defer { kill(process.processIdentifier, SIGKILL) }
            #expect(try output.fileHandleForReading.read(upToCount: 4) == Data("held".utf8))

            let slots = fixture.slots()
            #expect(slots.occupancy().others == 1)
            let told = Notes<SlotWait>()
            let call = Task { try await slots.acquire { told.add($0) } }
            try await eventually { !told.all.isEmpty }
            let expected = SlotHolder(
                process: process.processIdentifier, label: "a run in Python",
                since: Date(timeIntervalSince1970: 1_795_486_065))
            #expect(told.all == [SlotWait(holders: [expected], ahead: 0, own: false)])
            kill(process.processIdentifier, SIGKILL)
            try await call.value.release(.free)
            #expect(slots.occupancy().others == 0)
        }
    }

    @Test func aChildThatOutlivesItsParentsCallHoldsNoSlot() async throws {
        try await SlotFixture.with { fixture in
            let slot = try await fixture.slots().acquire()
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sleep")
            process.arguments = ["3600"]
            try process.run()
            defer { kill(process.processIdentifier, SIGKILL) }
            slot.release(.free)
            #expect(fixture.slots().occupancy().others == 0)
        }
    }

    #if os(Linux)
        @Test(.enabled(if: SlotWorker.folder == nil))
        func processesNeverRunMoreCallsThanThereAreSlots() async throws {
            try await SlotFixture.with { fixture in
                try SlotFolder.make(fixture.folder)
                let workers = try (0..<4).map { _ in try SlotWorker.start(in: fixture.folder) }
                defer { for worker in workers { kill(worker.processIdentifier, SIGKILL) } }
                // One that is killed takes nothing with it, whether it waits or runs.
                try await eventually { SlotWorker.calls(in: fixture.folder) > 20 }
                kill(workers[0].processIdentifier, SIGKILL)
                try await eventually { workers.allSatisfy { !$0.isRunning } }
                #expect(workers.dropFirst().map(\.terminationStatus) == [0, 0, 0])
                #expect(SlotWorker.calls(in: fixture.folder) >= 3 * SlotWorker.callsOfEach)
                let slots = fixture.slots(count: SlotWorker.slots)
                #expect(slots.occupancy().others == 0)
                try await slots.acquire().release(.free)
                #expect(fixture.queue.isEmpty)
            }
        }

        /// Runs in the processes that the test above starts.
        @Test(.enabled(if: SlotWorker.folder != nil))
        func workOfAnotherProcess() async throws {
            let folder = try #require(SlotWorker.folder)
            let slots = EngineSlots(
                folder: folder, count: SlotWorker.slots, label: "worker", linger: .milliseconds(5),
                sleep: { try await Task.sleep(for: $0 / 10) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<SlotWorker.callsOfEach {
                    group.addTask {
                        let slot = try await slots.acquire()
                        try await SlotWorker.call(in: folder)
                        slot.release(number % 3 == 0 ? .keep : .free)
                    }
                }
                try await group.waitForAll()
            }
        }
    #endif
}

/// Other processes of ours, which make many calls: the program of the tests itself, with one test to run.
private enum SlotWorker {
    static let slots = 2
    static let callsOfEach = 60
    private static let variable = "NIGHTJAR_TEST_SLOTS"

    /// The folder to work in; `nil` unless this process is a worker.
    static let folder = ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) }

    static func start(in folder: URL) throws -> Process {
        let process = Process()
        process.executableURL = URL(
            filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = ["--testing-library", "swift-testing", "--filter", "workOfAnotherProcess"]
        process.environment = ProcessInfo.processInfo.environment.merging([variable: folder.path]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// How many calls all workers made so far.
    static func calls(in folder: URL) -> Int {
        (try? Data(contentsOf: folder.appending(path: "calls")).count) ?? 0
    }

    /// A call: it locks one of as many marks as there are slots, and fails if others that run have them all.
    static func call(in folder: URL) async throws {
        let mark = try (0..<slots).map { try LockFile(making: folder.appending(path: "mark-\($0)").path) }
            .first { try $0.lock(.exclusive) }
        #expect(mark != nil)
        let calls = open(folder.appending(path: "calls").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        write(calls, ".", 1)
        close(calls)
        try await Task.sleep(for: .milliseconds(2))
        withExtendedLifetime(mark) {}
    }
}
