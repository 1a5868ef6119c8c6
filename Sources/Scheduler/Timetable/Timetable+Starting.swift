package import Foundation
import History
import Logging
import Workflow

extension Timetable {
    /// Starts what waits, as far as there are places for it.
    func startReady(at now: Date) async throws(HistoryError) {
        let order = open.values.filter { !$0.hasPlace && $0.record.start <= now }
            .sorted { ($0.record.due, $0.row) < ($1.record.due, $1.row) }
        guard !order.isEmpty else { return }
        // Looked at once: there may be thousands that wait.
        var active = Dictionary(
            open.values.filter(\.isActive).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let last = Dictionary(
            order.filter { $0.phase == .waiting }.map { ($0.path, $0.row) }, uniquingKeysWith: { _, last in last })
        var queued: [String: Int] = [:]
        for one in order {
            if case .toStart(let work) = one.phase {
                guard hasPlace(for: one), let run = one.record.run else { continue }
                open[one.row]?.phase = .atWork
                log.info("run goes on", metadata: one.metadata)
                launcher.start(RunLaunch(occurrence: one.row, run: run, path: one.path, work: work))
            } else if let other = active[one.path] {
                queued[one.path, default: 0] += 1
                try await hold(
                    one, behind: other, isLast: last[one.path] == one.row, place: queued[one.path] ?? 0, at: now)
            } else if hasPlace(for: one) {
                try await start(one, at: now)
                active[one.path] = open[one.row]
            }
        }
    }

    /// The run before is still at work.
    private func hold(
        _ one: OpenOccurrence, behind other: OpenOccurrence, isLast: Bool, place: Int, at now: Date
    ) async throws(HistoryError) {
        let run = other.record.run.map { "the run \($0)" } ?? "the run before"
        switch overlap(of: one) {
        case .skip: try await settle(one, as: .skipped, because: "\(run) was still at work", at: now)
        case .queue where place > Self.longestQueue:
            try await settle(
                one, as: .skipped, because: "\(Self.longestQueue) others wait for the end of \(run)", at: now)
        case .queue: break
        case .replace where isLast: stop(other, because: .replaced, at: now)
        case .replace: try await settle(one, as: .skipped, because: "a later one takes its place", at: now)
        }
    }

    /// What the schedule says; but times that were missed, and what a person asked for, are never left out.
    private func overlap(of one: OpenOccurrence) -> OverlapChoice {
        guard let entry = one.record.schedule.flatMap({ entries[$0] }) else { return .queue }
        return one.cause != nil && entry.schedule.missed == .all ? .queue : entry.schedule.overlap
    }

    private func hasPlace(for one: OpenOccurrence) -> Bool {
        let atWork = open.values.filter(\.hasPlace)
        guard atWork.count < limits.runs else { return false }
        guard let group = groups[one.path] else { return true }
        return atWork.count { groups[$0.path] == group } < limits.groups[group] ?? 1
    }

    private func start(_ one: OpenOccurrence, at now: Date) async throws(HistoryError) {
        let wait = now.timeIntervalSince(one.record.start)
        let lateness =
            wait > TimeInterval(Accounting.grace)
            ? one.cause ?? "it waited for the end of other runs for \(Duration.seconds(wait.rounded()).written)" : nil
        guard let run = try await history.claim(one.row, ids: ids, lateness: lateness, at: now) else {
            open[one.row] = nil
            return
        }
        let record = try await history.occurrence(one.row)
        open[one.row]?.record = record
        open[one.row]?.phase = .atWork
        var metadata = record.metadata
        if let lateness { metadata["late"] = "\(lateness)" }
        log.info("run starts", metadata: metadata)
        launcher.start(RunLaunch(occurrence: one.row, run: run, path: one.path, work: .begin))
    }

    func settle(
        _ one: OpenOccurrence, as state: OccurrenceState, because reason: String?, at now: Date
    ) async throws(HistoryError) {
        open[one.row] = nil
        try await history.settle(one.row, as: state, reason: reason, at: now)
        tell(try await history.occurrence(one.row))
    }

    func stop(_ one: OpenOccurrence, because reason: OpenOccurrence.Stop, at now: Date) {
        guard one.hasPlace, one.stop == nil, let run = one.record.run else { return }
        open[one.row]?.stop = reason
        open[one.row]?.forceAt = now.addingTimeInterval(limits.stopGrace)
        log.info("run is asked to stop", metadata: one.metadata)
        launcher.stop(run, pid: one.phase == .adopted ? one.pid : nil, byForce: false)
    }

    /// Who was asked to stop, and did not, is not asked again.
    func endByForce(at now: Date) {
        for one in open.values {
            guard let forceAt = one.forceAt, forceAt <= now, let run = one.record.run else { continue }
            open[one.row]?.forceAt = nil
            log.warning("run did not stop when asked to, and is ended by force", metadata: one.metadata)
            launcher.stop(run, pid: one.phase == .adopted ? one.pid : nil, byForce: true)
        }
    }

    /// Starts nothing any more. What is at work may come to its end.
    package func drain() { isDraining = true }

    /// Asks all that is at work to stop; it is gone on with by the next scheduler.
    package func stopAll(at now: Date) {
        for one in open.values { stop(one, because: .drained, at: now) }
    }
}
