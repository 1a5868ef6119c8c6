import Inference

/// Decides which member of a pool gets the next call: the least loaded one of those that are well and have the model.
actor PoolDesk {
    /// What a member may do at a time, and how busy others keep it.
    struct Capacity: Sendable {
        var parallel: Int
        /// How many calls of other processes the member has at the moment.
        var others: @Sendable () -> Int
    }

    private struct Member {
        var capacity: Capacity
        var calls = 0
        /// How often in a row it has failed.
        var failures = 0
        var isBackAt: ContinuousClock.Instant?
        /// The models that it does not have, and until when that is believed.
        var lacks: [String: ContinuousClock.Instant] = [:]
    }

    private struct Waiter {
        var id: Int
        var model: String
        var untried: Set<Int>
        var continuation: CheckedContinuation<Int?, any Error>
    }

    /// A member that failed is left alone for so long, and twice as long each further time.
    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(300)
    private static let lackIsBelieved = Duration.seconds(60)

    private var members: [Member]
    private var waiters: [Waiter] = []
    private var lastID = 0
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ capacities: [Capacity], now: @escaping @Sendable () -> ContinuousClock.Instant) {
        members = capacities.map { Member(capacity: $0) }
        self.now = now
    }

    /// The member to ask, once one has room. It is to be given back.
    ///
    /// - Parameter untried: the members that this call has not asked yet.
    /// - Returns: `nil` where none of them has the model.
    func take(for model: String, from untried: Set<Int>) async throws -> Int? {
        try Task.checkCancellation()
        switch choose(model, untried) {
        case .none: return nil
        case .member(let index):
            members[index].calls += 1
            return index
        case .full: break
        }
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiters.append(Waiter(id: id, model: model, untried: untried, continuation: continuation))
            }
        } onCancel: {
            Task { await self.giveUp(id) }
        }
    }

    private func giveUp(_ id: Int) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// How a member's call has ended.
    enum Ending: Sendable {
        case well
        /// The member is out of order, as far as one can tell.
        case failed
        /// It has no such model.
        case lacking
        /// Says nothing of the member.
        case neither
    }

    func giveBack(_ index: Int, model: String, _ ending: Ending) {
        members[index].calls -= 1
        switch ending {
        case .well:
            members[index].failures = 0
            members[index].isBackAt = nil
        case .failed:
            members[index].failures += 1
            let doublings = min(members[index].failures - 1, 10)
            let pause = min(Self.firstPause * (1 << doublings), Self.longestPause)
            members[index].isBackAt = now() + pause
        case .lacking: members[index].lacks[model] = now() + Self.lackIsBelieved
        case .neither: break
        }
        serveWaiters()
    }

    private func serveWaiters() {
        var still: [Waiter] = []
        for waiter in waiters {
            switch choose(waiter.model, waiter.untried) {
            case .none: waiter.continuation.resume(returning: nil)
            case .member(let index):
                members[index].calls += 1
                waiter.continuation.resume(returning: index)
            case .full: still.append(waiter)
            }
        }
        waiters = still
    }

    private enum Choice {
        case none, full
        case member(Int)
    }

    private func choose(_ model: String, _ untried: Set<Int>) -> Choice {
        let moment = now()
        let able = untried.sorted().filter { index in members[index].lacks[model].map { $0 <= moment } ?? true }
        guard !able.isEmpty else { return .none }
        let well = able.filter { index in members[index].isBackAt.map { $0 <= moment } ?? true }
        guard !well.isEmpty else {
            // All are set aside: the one that is back first is tried rather than none.
            let soonest = able.min { (members[$0].isBackAt ?? moment) < (members[$1].isBackAt ?? moment) }
            return soonest.map { .member($0) } ?? .none
        }
        let free = well.filter { members[$0].calls < members[$0].capacity.parallel }
        let loads = free.map { (index: $0, load: load(of: members[$0])) }
        return loads.min { $0.load < $1.load }.map { .member($0.index) } ?? .full
    }

    private func load(of member: Member) -> Double {
        Double(member.calls + member.capacity.others()) / Double(max(1, member.capacity.parallel))
    }
}
