import Foundation
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(5))) struct SlotQueueTests {
    @Test func theTicketsOfTheDeadAreClearedAway() async throws {
        try await SlotFixture.with { fixture in
            try SlotFolder.make(fixture.file("queue"))
            for name in ["1000-4711-1-1", ".1001-4711-2-1", "notes.txt"] {
                try Data().write(to: fixture.file("queue/\(name)"))
            }
            let slot = try await fixture.slots().acquire()
            #expect(fixture.queue == ["notes.txt"])
            slot.release(.free)
        }
    }

    @Test func aFreeSlotIsForTheOldestTicket() async throws {
        try await SlotFixture.with { fixture in
            var older: SlotTicket? = try fixture.ticket()
            #expect(older != nil)
            let told = Notes<SlotWait>()
            let slots = fixture.slots()
            let call = Task { try await slots.acquire { told.add($0) } }
            try await eventually { !told.all.isEmpty }
            #expect(told.all == [SlotWait(holders: [], ahead: 1, own: false)])
            #expect(slots.occupancy() == SlotOccupancy(slots: 1, others: 0, running: 0, waiting: 1))
            older = nil
            try await call.value.release(.free)
        }
    }

    @Test func aClockThatWasSetBackLetsNobodyInBeforeOthers() async throws {
        try await SlotFixture.with { fixture in
            let older = try fixture.ticket()
            let newer = try fixture.ticket(at: Date(timeIntervalSince1970: 0))
            #expect(older.name < newer.name)
            let queue = SlotQueue(folder: fixture.file("queue"))
            #expect(try queue.ahead(of: newer) == [older.name])
            #expect(try queue.ahead(of: older).isEmpty)
        }
    }

    @Test func aTicketThatIsNotYetLockedDoesNotHarmItsOwner() async throws {
        try await SlotFixture.with { fixture in
            // Both clear away what they take for dead, while they draw tickets themselves.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<200 {
                            let ticket = try fixture.ticket()
                            let queue = SlotQueue(folder: fixture.file("queue"))
                            _ = try queue.ahead(of: ticket)
                            #expect(fixture.queue.contains(ticket.name.description))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(fixture.queue.isEmpty)
            #expect(fixture.descriptors.isEmpty)
        }
    }
}
