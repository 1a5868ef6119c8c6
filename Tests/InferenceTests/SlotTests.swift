import Foundation
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(5))) struct SlotTests {
    @Test(arguments: [EngineSlot.Release.keep, .free])
    func callsOfAProcessAreServedInTheOrderInWhichTheyAsk(release: EngineSlot.Release) async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            let first = try await slots.acquire()
            let order = Notes<Int>()
            let told = Notes<SlotWait>()
            var calls: [Task<Void, any Error>] = []
            for number in 1...5 {
                calls.append(
                    Task {
                        let slot = try await slots.acquire { told.add($0) }
                        order.add(number)
                        slot.release(release)
                    })
                try await eventually { slots.occupancy().waiting == number && told.all.count == number }
                #expect(fixture.queue.count == 1)
            }
            first.release(release)
            for call in calls { try await call.value }
            #expect(order.all == [1, 2, 3, 4, 5])
            #expect(told.all == Array(repeating: SlotWait(holders: [], ahead: 0, own: true), count: 5))
            #expect(fixture.queue.isEmpty)
        }
    }

    @Test func aCallThatNeedNotWaitIsToldNothing() async throws {
        try await SlotFixture.with { fixture in
            let told = Notes<SlotWait>()
            let slot = try await fixture.slots(count: 2).acquire { told.add($0) }
            slot.release(.free)
            #expect(told.all.isEmpty)
        }
    }

    @Test func anotherProcessWaitsAndIsToldForWhom() async throws {
        try await SlotFixture.with { fixture in
            let now = Date(timeIntervalSince1970: 1_795_486_065)
            let holder = fixture.slots("inbox-triage (run 20261124-020745-k3f9)", now: { now })
            let slot = try await holder.acquire()
            let told = Notes<SlotWait>()
            let other = fixture.slots("digest")
            let call = Task { try await other.acquire { told.add($0) } }
            try await eventually { !told.all.isEmpty }
            let expected = SlotHolder(process: getpid(), label: "inbox-triage (run 20261124-020745-k3f9)", since: now)
            #expect(told.all == [SlotWait(holders: [expected], ahead: 0, own: false)])
            slot.release(.free)
            _ = try await call.value
        }
    }

    @Test func whoWaitsIsToldAgainWhenTheAnswerChanges() async throws {
        try await SlotFixture.with { fixture in
            let first = try await fixture.slots("first").acquire()
            let told = Notes<SlotWait>()
            let second = fixture.slots("second")
            let secondCall = Task { try await second.acquire() }
            try await eventually { fixture.queue.count == 1 }
            let third = fixture.slots("third")
            let thirdCall = Task { try await third.acquire { told.add($0) } }
            try await eventually { told.all.last?.ahead == 1 }
            #expect(told.all.last?.holders.map(\.label) == ["first"])
            first.release(.free)
            let secondSlot = try await secondCall.value
            try await eventually { told.all.last?.holders.map(\.label) == ["second"] && told.all.last?.ahead == 0 }
            secondSlot.release(.free)
            _ = try await thirdCall.value
        }
    }

    @Test func twoProcessesTakeTurnsHoweverManyCallsWaitInEach() async throws {
        try await SlotFixture.with { fixture in
            let gate = try await fixture.slots("gate").acquire()
            let order = Notes<String>()
            var calls: [Task<Void, any Error>] = []
            for (label, count) in [("many", 10), ("few", 3)] {
                let slots = fixture.slots(label)
                for _ in 0..<count {
                    calls.append(
                        Task {
                            let slot = try await slots.acquire()
                            order.add(label)
                            slot.release(.free)
                        })
                }
                try await eventually { slots.occupancy().waiting == count }
            }
            #expect(fixture.queue.count == 2)
            gate.release(.free)
            for call in calls { try await call.value }
            #expect(order.all.prefix(6) == ["many", "few", "many", "few", "many", "few"])
            #expect(order.all.count == 13)
        }
    }

    @Test func neverMoreCallsThanSlotsRun() async throws {
        try await SlotFixture.with { fixture in
            let processes = [fixture.slots("one", count: 3), fixture.slots("two", count: 3)]
            let changes = Notes<Int>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let slot = try await processes[number % 2].acquire()
                        changes.add(1)
                        try await Task.sleep(for: .milliseconds(3))
                        changes.add(-1)
                        slot.release(number % 3 == 0 ? .free : .keep)
                    }
                }
                try await group.waitForAll()
            }
            var running = 0
            #expect(
                changes.all.map { change in
                    running += change
                    return running
                }.max() == 3)
        }
    }

    @Test func whatIsWrittenInAFreeSlotIsIgnored() async throws {
        try await SlotFixture.with { fixture in
            try SlotFolder.make(fixture.folder)
            try SlotHolder(process: 1, label: "a dead run with a long name", since: Date()).json
                .write(to: fixture.file("slot-0"))
            let told = Notes<SlotWait>()
            let slot = try await fixture.slots("alive").acquire { told.add($0) }
            #expect(told.all.isEmpty)
            #expect(SlotHolder(json: try Data(contentsOf: fixture.file("slot-0")))?.label == "alive")
            slot.release(.free)
        }
    }

    @Test func processesWithDifferentNumbersShareTheSlotsThatBothKnow() async throws {
        try await SlotFixture.with { fixture in
            let small = fixture.slots("small", count: 1)
            let large = fixture.slots("large", count: 4)
            let first = try await large.acquire()
            let call = Task { try await small.acquire() }
            try await eventually { small.occupancy().waiting == 1 }
            // The one before waits for the first slot only, and nobody else needs to wait for that.
            let others = [try await large.acquire(), try await large.acquire(), try await large.acquire()]
            #expect(large.occupancy() == SlotOccupancy(slots: 4, others: 0, running: 4, waiting: 0))
            #expect(small.occupancy() == SlotOccupancy(slots: 1, others: 1, running: 0, waiting: 1))
            first.release(.free)
            let slot = try await call.value
            #expect(large.occupancy().others == 1)
            for other in others + [slot] { other.release(.free) }
        }
    }

    @Test func occupancyTellsOwnCallsFromThoseOfOthers() async throws {
        try await SlotFixture.with { fixture in
            let here = fixture.slots("here", count: 3)
            let there = fixture.slots("there", count: 3)
            #expect(here.occupancy() == SlotOccupancy(slots: 3, others: 0, running: 0, waiting: 0))
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path), "a look makes no files")
            let slots = [try await there.acquire(), try await there.acquire(), try await here.acquire()]
            let call = Task { try await here.acquire() }
            try await eventually { here.occupancy().waiting == 1 }
            #expect(here.occupancy() == SlotOccupancy(slots: 3, others: 2, running: 1, waiting: 1))
            #expect(there.occupancy() == SlotOccupancy(slots: 3, others: 1, running: 2, waiting: 0))
            for slot in slots { slot.release(.free) }
            try await call.value.release(.free)
            #expect(here.occupancy() == SlotOccupancy(slots: 3, others: 0, running: 0, waiting: 0))
        }
    }

    @Test func aSlotThatNobodyHasAnyMoreIsFree() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            var slot: EngineSlot? = try await slots.acquire()
            #expect(slot != nil && slots.occupancy().running == 1)
            slot = nil
            #expect(slots.occupancy().running == 0)
            #expect(fixture.descriptors.isEmpty)
        }
    }

    @Test func aSecondReleaseTakesNothingFromTheNextCall() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            let first = try await slots.acquire()
            first.release(.keep)
            let second = try await slots.acquire()
            first.release(.free)
            #expect(slots.occupancy().running == 1)
            #expect(fixture.slots("other").occupancy().others == 1)
            second.release(.free)
        }
    }

    @Test func closingEndsTheWaiting() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots(linger: .seconds(3600))
            let running = try await slots.acquire()
            let call = Task { try await slots.acquire() }
            try await eventually { slots.occupancy().waiting == 1 }
            slots.close()
            let failure = await #expect(throws: SlotFailure.self) { try await call.value }
            #expect(failure?.code == .closed)
            await #expect(throws: SlotFailure.self) { try await slots.acquire() }
            #expect(fixture.queue.isEmpty)
            #expect(fixture.slots().occupancy().others == 1, "a call that runs keeps its slot")
            running.release(.keep)
            #expect(fixture.slots().occupancy().others == 0)
        }
    }

    @Test func filesAreForTheirUserOnlyAndClosedInChildren() async throws {
        try await SlotFixture.with { fixture in
            let slot = try await fixture.slots().acquire()
            let ticket = try fixture.ticket()
            for (path, mode) in [("", 0o700), ("queue", 0o700), ("slot-0", 0o600), ("queue/\(ticket.name)", 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: fixture.file(path).path)
                #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
            }
            #if os(Linux)
                #expect(fixture.descriptors.count == 2)
            #endif
            for descriptor in fixture.descriptors { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
            slot.release(.free)
        }
    }

    @Test func aFolderThatCannotBeMadeIsToldInASentence() async throws {
        try await SlotFixture.with { fixture in
            try Data().write(to: fixture.folder)
            let slots = fixture.slots()
            let failure = await #expect(throws: SlotFailure.self) { try await slots.acquire() }
            #expect(failure?.code == .folderUnusable)
            #expect(
                failure?.message == "The slots of an engine cannot be kept in '\(fixture.file("queue").path)' "
                    + "(Not a directory): make it a folder that you may write to, or choose another state folder.")
            #expect(slots.occupancy() == SlotOccupancy(slots: 1, others: 0, running: 0, waiting: 0))
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func aFolderThatMayNotBeWrittenToIsToldInASentence() async throws {
        try await SlotFixture.with { fixture in
            try SlotFolder.make(fixture.folder)
            chmod(fixture.folder.path, 0o500)
            let slots = fixture.slots()
            let failure = await #expect(throws: SlotFailure.self) { try await slots.acquire() }
            #expect(failure?.code == .folderUnusable)
        }
    }

    @Test func aFolderThatIsTakenAwayIsMadeAgain() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            try await slots.acquire().release(.free)
            try FileManager.default.removeItem(at: fixture.folder)
            try await slots.acquire().release(.free)
        }
    }
}
