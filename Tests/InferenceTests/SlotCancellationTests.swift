import Foundation
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(5))) struct SlotCancellationTests {
    @Test func aCancelledCallLeavesNothingBehind() async throws {
        try await SlotFixture.with { fixture in
            let holder = try await fixture.slots("holder").acquire()
            let before = fixture.descriptors.count
            let slots = fixture.slots("waiter")
            let call = Task { try await slots.acquire() }
            try await eventually { fixture.queue.count == 1 && slots.occupancy().waiting == 1 }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(slots.occupancy().waiting == 0)
            #expect(fixture.queue.isEmpty)
            #expect(fixture.descriptors.count == before)
            holder.release(.free)
            #expect(fixture.descriptors.isEmpty)
        }
    }

    @Test func aCallThatWasCancelledBeforeTouchesNothing() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            let call = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await slots.acquire()
            }
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path))
        }
    }

    @Test func whoWaitsBehindACancelledCallKeepsThePlace() async throws {
        try await SlotFixture.with { fixture in
            let holder = try await fixture.slots("holder").acquire()
            let slots = fixture.slots("here")
            let first = Task { try await slots.acquire() }
            try await eventually { slots.occupancy().waiting == 1 }
            let second = Task { try await slots.acquire() }
            try await eventually { slots.occupancy().waiting == 2 }
            let ticket = fixture.queue
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(fixture.queue == ticket)
            holder.release(.free)
            try await second.value.release(.free)
        }
    }

    @Test func aSlotOfACallThatIsCancelledAsItIsServedGoesToTheNext() async throws {
        try await SlotFixture.with { fixture in
            let slots = fixture.slots()
            let running = try await slots.acquire()
            let told = Notes<SlotWait>()
            let first = Task {
                try await slots.acquire { wait in
                    told.add(wait)
                    // Its slot comes, and then its cancellation, before the call can take notice of either.
                    running.release(.keep)
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(!told.all.isEmpty)
            #expect(slots.occupancy() == SlotOccupancy(slots: 1, others: 0, running: 0, waiting: 0))
            try await slots.acquire().release(.free)
            #expect(fixture.descriptors.isEmpty)
        }
    }

    @Test func cancellationsAtAnyMomentLoseNoSlot() async throws {
        try await SlotFixture.with { fixture in
            let processes = [fixture.slots("one", count: 2), fixture.slots("two", count: 2)]
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let call = Task {
                            let slot = try await processes[number % 2].acquire()
                            slot.release(number % 3 == 0 ? .free : .keep)
                        }
                        try? await Task.sleep(for: .microseconds(number * 37 % 5000))
                        if number % 4 != 0 { call.cancel() }
                        _ = await call.result
                    }
                }
            }
            for slots in processes { slots.close() }
            let after = fixture.slots("after", count: 2)
            #expect(after.occupancy().others == 0)
            #expect(fixture.queue.isEmpty)
            #expect(fixture.descriptors.isEmpty)
        }
    }
}
