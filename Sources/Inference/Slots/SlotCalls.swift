import LocalFiles

/// The calls of this process on an engine: those that run, those that wait, and the slots that it holds for them.
///
/// No slot is kept while calls wait: it would be the first one's.
struct SlotCalls {
    /// How many calls may have a slot together.
    let shares: Int

    /// A call that waits.
    private struct Waiter {
        var call: Int
        var news: AsyncStream<SlotWait>.Continuation
        /// What it was told last.
        var told: SlotWait?
    }

    /// A slot that this process holds.
    private enum Held {
        case running(LockFile, calls: Int)
        case kept(LockFile, expiry: Task<Void, Never>)

        var calls: Int {
            if case .running(_, let calls) = self { calls } else { 0 }
        }
    }

    /// Our place in the queue, while calls wait.
    var ticket: SlotTicket?
    private(set) var isClosed = false
    private var held: [Int: Held] = [:]
    /// The oldest first.
    private var waiters: [Waiter] = []
    /// What the waiting of a call came to, until the call takes notice: a slot, or why there is none.
    private var outcomes: [Int: Result<Int, SlotFailure>] = [:]
    private var calls = 0

    var slots: Set<Int> { Set(held.keys) }
    var running: Int { held.values.reduce(0) { $0 + $1.calls } }
    var waiting: Int { waiters.count }

    init(shares: Int) {
        self.shares = shares
    }

    /// Adds a call behind those that wait; it gets a kept slot at once, or a share in one.
    /// - Parameter news: Ended when the waiting is.
    mutating func join(_ news: AsyncStream<SlotWait>.Continuation) -> Int {
        calls += 1
        waiters.append(Waiter(call: calls, news: news))
        for case (let slot, .kept(let file, let expiry)) in held {
            expiry.cancel()
            serve(slot, file)
            break
        }
        serveShares()
        return calls
    }

    /// Gives those that wait a share in slots that run, as far as there are any.
    mutating func serveShares() {
        for (slot, hold) in held.sorted(by: { $0.key < $1.key }) {
            guard case .running(let file, var calls) = hold else { continue }
            while calls < shares, !waiters.isEmpty {
                calls += 1
                held[slot] = .running(file, calls: calls)
                end(waiters.removeFirst(), .success(slot))
            }
        }
        if waiters.isEmpty { ticket = nil }
    }

    /// Takes a call out, with what its waiting came to; `nil` if it still waited.
    mutating func leave(_ call: Int) -> Result<Int, SlotFailure>? {
        waiters.removeAll { $0.call == call }
        if waiters.isEmpty { ticket = nil }
        return outcomes.removeValue(forKey: call)
    }

    /// Gives a slot to the call that has waited longest.
    mutating func serve(_ slot: Int, _ file: LockFile) {
        held[slot] = .running(file, calls: 1)
        end(waiters.removeFirst(), .success(slot))
        serveShares()
    }

    /// Keeps the slot of a call that ended for the next one, be it there already or not.
    /// - Parameter expiry: What gives the slot up after a while; asked for only if no call waits.
    mutating func keep(_ slot: Int, expiry: () -> Task<Void, Never>) {
        guard case .running(let file, let calls) = held[slot] else { return }
        if calls > 1 {
            held[slot] = .running(file, calls: calls - 1)
            serveShares()
        } else if waiters.isEmpty {
            held[slot] = .kept(file, expiry: expiry())
        } else {
            serve(slot, file)
        }
    }

    /// Gives up the lock on a slot, unless others have a share in it.
    mutating func free(_ slot: Int) {
        if case .running(let file, let calls) = held[slot], calls > 1 {
            held[slot] = .running(file, calls: calls - 1)
            return serveShares()
        }
        if case .kept(_, let expiry) = held.removeValue(forKey: slot) { expiry.cancel() }
    }

    /// Tells all that wait what they wait for, unless they know.
    mutating func tell(_ wait: SlotWait) {
        for index in waiters.indices where waiters[index].told != wait {
            waiters[index].told = wait
            waiters[index].news.yield(wait)
        }
    }

    /// Ends the waiting of all with an error.
    mutating func fail(_ failure: SlotFailure) {
        for waiter in waiters { end(waiter, .failure(failure)) }
        waiters = []
        ticket = nil
    }

    /// Ends the waiting of all, and gives up what is kept.
    mutating func close() {
        isClosed = true
        fail(.closed)
        for (slot, hold) in held where hold.calls == 0 { free(slot) }
    }

    private mutating func end(_ waiter: Waiter, _ outcome: Result<Int, SlotFailure>) {
        outcomes[waiter.call] = outcome
        waiter.news.finish()
    }
}
