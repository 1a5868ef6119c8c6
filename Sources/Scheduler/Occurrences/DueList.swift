/// The times that a schedule was due between two moments: the last of them one by one, and how many were before.
struct DueList: Sendable {
    /// So many are told one by one.
    static let most = 1000

    private(set) var times: [Int] = []
    /// Those before, which are too many to be told one by one.
    private(set) var earlier: (first: Int, last: Int, count: Int)?

    /// - Parameters:
    ///   - start: after which they are.
    ///   - end: up to which they are.
    init(_ schedule: Schedule, in zone: ZoneRules, after start: Int, until end: Int) {
        var after = start
        var skipped: (first: Int, last: Int, count: Int)?
        if case .every(let seconds) = schedule.timing, let first = schedule.next(after: after, in: zone) {
            // A second of each year would be gone through one by one otherwise.
            let excess = (end - first) / seconds + 1 - Self.most
            if excess > 0, schedule.next(after: first + (excess - 1) * seconds, in: zone) != nil {
                after = first + (excess - 1) * seconds
                skipped = (first, after, excess)
            }
        }
        while let next = schedule.next(after: after, in: zone), next <= end {
            times.append(next)
            after = next
            // In bulk, since each removal moves the rest.
            if times.count == 2 * Self.most { Self.cut(&times, into: &skipped) }
        }
        if times.count > Self.most { Self.cut(&times, into: &skipped) }
        earlier = skipped
    }

    private static func cut(_ times: inout [Int], into earlier: inout (first: Int, last: Int, count: Int)?) {
        let count = times.count - most
        guard count > 0 else { return }
        earlier = (earlier?.first ?? times[0], times[count - 1], (earlier?.count ?? 0) + count)
        times.removeFirst(count)
    }
}
