import Foundation
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(5))) struct SlotKeepingTests {
    @Test func aKeptSlotIsForTheNextCallOfItsProcessOnly() async throws {
        try await SlotFixture.with { fixture in
            let sleeper = Sleeper()
            let here = fixture.slots("here", sleep: sleeper)
            try await here.acquire().release(.keep)
            let told = Notes<SlotWait>()
            let other = fixture.slots("other")
            let call = Task { try await other.acquire { told.add($0) } }
            try await eventually { told.all.last?.holders.map(\.label) == ["here"] }
            // The other one waits, and yet this one has the slot again.
            let again = try await here.acquire { _ in Issue.record("a kept slot needs no waiting") }
            #expect(other.occupancy() == SlotOccupancy(slots: 1, others: 1, running: 0, waiting: 1))
            again.release(.keep)
            try await eventually { sleeper.count == 2 }
            sleeper.wakeAll()
            try await call.value.release(.free)
            #expect(fixture.descriptors.isEmpty)
        }
    }

    @Test func callsThatWaitGetTheKeptSlotBeforeOtherProcesses() async throws {
        try await SlotFixture.with { fixture in
            let here = fixture.slots("here")
            let other = fixture.slots("other")
            let running = try await here.acquire()
            let order = Notes<String>()
            let otherCall = Task {
                let slot = try await other.acquire()
                order.add("other")
                slot.release(.free)
            }
            try await eventually { other.occupancy().waiting == 1 }
            var calls = [otherCall]
            for number in 1...3 {
                calls.append(
                    Task {
                        let slot = try await here.acquire()
                        order.add("here \(number)")
                        slot.release(.keep)
                    })
                try await eventually { here.occupancy().waiting == number }
            }
            running.release(.keep)
            for call in calls { try await call.value }
            #expect(order.all == ["here 1", "here 2", "here 3", "other"])
        }
    }

    @Test func aSlotInUseAgainIsNotGivenUpWhenItsTimeIsOver() async throws {
        try await SlotFixture.with { fixture in
            let sleeper = Sleeper()
            let slots = fixture.slots(sleep: sleeper)
            try await slots.acquire().release(.keep)
            try await eventually { sleeper.count == 1 }
            let running = try await slots.acquire()
            sleeper.wakeAll()
            try await Task.sleep(for: .milliseconds(20))
            #expect(slots.occupancy().running == 1)
            #expect(fixture.slots("other").occupancy().others == 1)
            running.release(.free)
        }
    }

    @Test func aFreedSlotIsFreeAtOnce() async throws {
        try await SlotFixture.with { fixture in
            let sleeper = Sleeper()
            try await fixture.slots(sleep: sleeper).acquire().release(.free)
            #expect(fixture.slots("other").occupancy().others == 0)
            #expect(sleeper.count == 0)
        }
    }

    @Test func aFreedSlotGoesToTheProcessThatWaitsLongest() async throws {
        try await SlotFixture.with { fixture in
            let here = fixture.slots("here")
            let other = fixture.slots("other")
            let running = try await here.acquire()
            let otherCall = Task { try await other.acquire() }
            try await eventually { other.occupancy().waiting == 1 }
            let call = Task { try await here.acquire() }
            try await eventually { here.occupancy().waiting == 1 }
            running.release(.free)
            let slot = try await otherCall.value
            #expect(here.occupancy() == SlotOccupancy(slots: 1, others: 1, running: 0, waiting: 1))
            slot.release(.free)
            try await call.value.release(.free)
        }
    }

    @Test func closingGivesUpAKeptSlot() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots(linger: .seconds(3600))
            try await slots.acquire().release(.keep)
            #expect(fixture.slots("other").occupancy().others == 1)
            slots.close()
            #expect(fixture.slots("other").occupancy().others == 0)
            #expect(fixture.descriptors.isEmpty)
        }
    }
}
