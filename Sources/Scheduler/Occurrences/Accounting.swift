import Foundation
import History
import Workflow

/// Says of each time that a schedule was due what is to become of it.
struct Accounting: Sendable {
    /// A run that starts within so many seconds after its time is in time.
    static let grace = 60
    /// So many times with the same fate have rows of their own; more of them have one together.
    static let mostRows = 100

    let schedule: Schedule
    let zone: ZoneRules
    /// What tells the schedule from others on other machines, for its jitter.
    let identity: String
    /// Why times passed without anyone to see to them.
    let cause: String

    /// - Parameters:
    ///   - start: after which the times are.
    ///   - now: up to which they are.
    func occurrences(after start: Int, until now: Int) -> [NewOccurrence] {
        let list = DueList(schedule, in: zone, after: start, until: now)
        var rows: [NewOccurrence] = []
        if let earlier = list.earlier {
            var row = occurrence(earlier.first)
            row.lastDue = Date(timeIntervalSince1970: TimeInterval(earlier.last))
            row.times = earlier.count
            let age = now - earlier.last
            switch schedule.missed {
            case .latest where !isBeyondWindow(age): (row.state, row.reason) = (.coalesced, coalesced(list.times.last))
            case .all where !isBeyondWindow(age):
                (row.state, row.reason) = (.missed, "\(cause), and more than \(DueList.most) times passed")
            default: (row.state, row.reason) = (.missed, cause)
            }
            rows.append(row)
        }
        var alike: [NewOccurrence] = []
        for due in list.times {
            let next = judged(due, last: list.times.last, now: now)
            if next.state == .waiting || next.state != alike.last?.state || next.reason != alike.last?.reason {
                rows += Self.together(alike)
                alike = []
            }
            alike.append(next)
        }
        return rows + Self.together(alike)
    }

    private func judged(_ due: Int, last: Int?, now: Int) -> NewOccurrence {
        var row = occurrence(due)
        let age = now - due
        guard age > Self.grace else { return row }
        if isBeyondWindow(age) {
            (row.state, row.reason) = (.missed, "\(cause), and its `missed_window` was over")
            return row
        }
        switch schedule.missed {
        case .none: (row.state, row.reason) = (.missed, cause)
        case .latest where due != last: (row.state, row.reason) = (.coalesced, coalesced(last))
        case .latest, .all: break
        }
        return row
    }

    private func isBeyondWindow(_ age: Int) -> Bool { schedule.missedWindow.map { Double(age) > $0 } ?? false }

    private func coalesced(_ last: Int?) -> String {
        "\(cause); \(last.map { "the time \(zone.written($0)) stands for it" } ?? "a later time stands for it")"
    }

    private func occurrence(_ due: Int) -> NewOccurrence {
        let date = Date(timeIntervalSince1970: TimeInterval(due))
        return NewOccurrence(
            key: ZoneRules.utc.written(due), trigger: .schedule, due: date, scheduledFor: zone.written(due),
            start: date.addingTimeInterval(delay(of: due)), inputs: schedule.inputs)
    }

    /// The same for one time of one schedule whenever it is asked for, so that a restart changes nothing.
    private func delay(of due: Int) -> Double {
        guard schedule.jitter > 0 else { return 0 }
        // FNV-1a, and a finalizer that spreads neighbouring times.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(identity)\n\(due)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return (Double(hash >> 11) / Double(1 << 53) * schedule.jitter * 1000).rounded() / 1000
    }

    private static func together(_ alike: [NewOccurrence]) -> [NewOccurrence] {
        guard alike.count > mostRows, var row = alike.first, let last = alike.last else { return alike }
        row.lastDue = last.due
        row.times = alike.count
        return [row]
    }
}
