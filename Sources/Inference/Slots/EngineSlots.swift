package import Foundation
import Synchronization

/// The slots of an engine: how many calls may run on it at once, counted over all processes that use the same folder.
///
/// A slot is held by a lock on a file, and who waits has a locked ticket in a queue beside the slots: both end with
/// their process, however it ends. A process has one ticket at a time, for its oldest waiting call, so that one with a
/// hundred waiting calls gets a slot no sooner than one with a single call.
///
/// A slot that is released to be kept stays with its process for as long as the calls follow each other closely,
/// though others wait: where two runs use two models of a server, it must load one of them again whenever the calls
/// of the runs alternate.
package final class EngineSlots: Sendable {
    /// How long those who wait rest before they look again whether it is their turn.
    static let pause = Duration.milliseconds(50)

    private let files: SlotFiles
    private let queue: SlotQueue
    private let label: String
    private let linger: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let now: @Sendable () -> Date

    /// What is done with files while this is locked waits for nobody.
    private let state: Mutex<State>

    private struct State {
        var calls: SlotCalls
        /// Whether there is a task that looks again and again whether it is our turn.
        var isAttended = false
    }

    /// - Parameters:
    ///   - folder: One for each engine, see ``SlotFolder``; made when the first call comes.
    ///   - count: How many calls may run at once, at least 1. Processes that know different numbers share the slots
    ///     that they all know.
    ///   - shares: How many calls of one process may have a slot together: for an engine that is inside the process, where
    ///     not calls but processes are in each other's way.
    ///   - label: What this process does, for those who wait for it.
    ///   - linger: How long a kept slot waits for the next call of this process.
    package init(
        folder: URL, count: Int, shares: Int = 1, label: String, linger: Duration = .seconds(1),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        files = SlotFiles(folder: folder, count: max(count, 1))
        queue = SlotQueue(folder: folder.appending(path: "queue"))
        state = Mutex(State(calls: SlotCalls(shares: max(shares, 1))))
        self.label = label
        self.linger = linger
        self.sleep = sleep
        self.now = now
    }

    /// Waits for a slot. The calls of this process get theirs in the order in which they ask.
    ///
    /// - Parameter waiting: Told what the call waits for, if it must wait, and again whenever that changes.
    /// - Throws: ``SlotFailure``, or `CancellationError` as soon as the task is cancelled.
    package func acquire(waiting: @Sendable (SlotWait) -> Void = { _ in }) async throws -> EngineSlot {
        try Task.checkCancellation()
        let (call, news) = try join()
        for await wait in news { waiting(wait) }
        return EngineSlot(try leave(call), of: self)
    }

    /// How busy the engine is. The look at a slot can make an attempt of another process fail, which tries again.
    package func occupancy() -> SlotOccupancy {
        state.withLock { state in
            SlotOccupancy(
                slots: files.count, others: files.held(except: state.calls.slots), running: state.calls.running,
                waiting: state.calls.waiting)
        }
    }

    /// Ends the waiting of calls with an error and gives up kept slots; calls that run release theirs when they end.
    package func close() {
        state.withLock { $0.calls.close() }
    }

    func release(_ slot: Int, _ release: EngineSlot.Release) {
        state.withLock { state in
            if release == .keep, !state.calls.isClosed {
                state.calls.keep(slot) { expiry(of: slot) }
            } else {
                state.calls.free(slot)
                attend(&state.calls)
            }
        }
    }

    /// Gives a kept slot up after a while, unless it is cancelled.
    private func expiry(of slot: Int) -> Task<Void, Never> {
        Task {
            try? await sleep(linger)
            state.withLock { state in
                // Whoever cancels this has the state locked, so here it is certain whether someone did.
                if !Task.isCancelled { state.calls.free(slot) }
            }
        }
    }

    /// Lets a call wait, and serves it if it is its turn. What it waits for ends when it need not wait any longer.
    private func join() throws(SlotFailure) -> (call: Int, news: AsyncStream<SlotWait>) {
        let (news, continuation) = AsyncStream.makeStream(of: SlotWait.self, bufferingPolicy: .bufferingNewest(1))
        let call = try state.withLock { state throws(SlotFailure) in
            if state.calls.isClosed { throw .closed }
            let call = state.calls.join(continuation)
            attend(&state.calls)
            if state.calls.waiting > 0, !state.isAttended {
                state.isAttended = true
                Task { await attendUntilServed() }
            }
            return call
        }
        return (call, news)
    }

    /// The slot of a call that does not wait any longer.
    private func leave(_ call: Int) throws -> Int {
        try state.withLock { state in
            guard let outcome = state.calls.leave(call) else { throw CancellationError() }
            if Task.isCancelled, case .success(let slot) = outcome {
                // It was served in the moment of its cancellation: the slot is for whoever comes next.
                state.calls.free(slot)
                attend(&state.calls)
                throw CancellationError()
            }
            return try outcome.get()
        }
    }

    private func attendUntilServed() async {
        repeat {
            try? await sleep(Self.pause)
        } while state.withLock { state in
            attend(&state.calls)
            state.isAttended = state.calls.waiting > 0
            return state.isAttended
        }
    }

    /// Serves the calls that wait as far as it is our turn, and tells the others what they wait for.
    private func attend(_ calls: inout SlotCalls) {
        do throws(SlotFailure) {
            while calls.waiting > 0 {
                try SlotFolder.make(queue.folder)
                let ticket =
                    if let drawn = calls.ticket { drawn } else { try queue.draw(slots: files.count, at: now()) }
                calls.ticket = ticket
                let ahead = try queue.ahead(of: ticket)
                // What those before us know of is theirs; with equal numbers that is all.
                let reserved = min(ahead.map(\.slots).max() ?? 0, files.count)
                let holder = SlotHolder(process: getpid(), label: label, since: now())
                switch try files.take(reserved..<files.count, own: calls.slots, as: holder) {
                case .taken(let slot, let file):
                    // Our next call comes after those of others that have been waiting.
                    calls.ticket = nil
                    calls.serve(slot, file)
                case .none(let isHeld, let holders):
                    let own = calls.slots.count == files.count
                    // All may be free but for the glance of another: then there is nothing to tell.
                    if isHeld || own || !ahead.isEmpty {
                        calls.tell(SlotWait(holders: holders, ahead: ahead.count, own: own))
                    }
                    return
                }
            }
        } catch {
            calls.fail(error)
        }
    }
}
