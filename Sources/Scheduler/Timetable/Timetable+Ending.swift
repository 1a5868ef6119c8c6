package import Foundation
package import History
import Logging
import Workflow

extension Timetable {
    /// How often a run is gone on with whose process has ended before its end.
    static let mostResumes = 2

    /// Takes over an occurrence that a scheduler before this one has left open.
    func takeOver(_ record: OccurrenceRecord, at now: Date) async throws(HistoryError) {
        var one = OpenOccurrence(record: record, phase: .waiting)
        if now.timeIntervalSince(record.start) > TimeInterval(Accounting.grace) { one.cause = cause }
        guard let run = record.run, record.state != .waiting else {
            open[record.row] = one
            return
        }
        if try history.isAtWork(run) {
            one.phase = .adopted
            one.pid = try await history.run(run.text).process.pid
            log.info("run is at work since before", metadata: one.metadata)
            open[record.row] = one
        } else if record.state == .starting {
            // Nobody can tell whether its process was started: one that was finds its run taken, or takes it first.
            one.phase = .toStart(.begin)
            open[record.row] = one
        } else {
            open[record.row] = one
            try await goOn(with: one, after: .unknown, at: now)
        }
    }

    /// The process of a run has ended.
    package func ended(_ row: OccurrenceRowID, _ end: RunEnd, at now: Date) async throws(HistoryError) {
        guard var one = open[row] else { return }
        one.record = try await history.occurrence(row)
        open[row] = one
        guard OccurrenceState.open.contains(one.record.state), let run = one.record.run else {
            open[row] = nil
            tell(one.record)
            return
        }
        if try history.isAtWork(run) {
            // Another process was faster with it, from before this scheduler was started.
            one.phase = .adopted
            one.pid = try await history.run(run.text).process.pid
            open[row] = one
            return
        }
        if one.record.state == .starting {
            if one.stop == .drained {
                open[row] = nil
                return
            }
            try await settle(one, as: .missed, because: "its run could not begin: \(end.summary)", at: now)
        } else {
            try history.endAbandonedRuns()
            try await goOn(with: one, after: end, at: now)
        }
    }

    /// Its run has no process any more, and has not come to its end.
    private func goOn(
        with one: OpenOccurrence, after end: RunEnd, at now: Date
    ) async throws(HistoryError) {
        guard let run = one.record.run else { return }
        switch one.stop {
        case .replaced:
            try await settle(
                one, as: one.endState, because: "it was stopped, since a later one took its place", at: now)
            return
        case .drained:
            open[one.row] = nil
            log.info("run is stopped until the scheduler is back", metadata: one.metadata)
            return
        case nil: break
        }
        let state = try await history.run(run.text).summary
        guard state.state == .interrupted else {
            try await settle(one, as: one.endState, because: nil, at: now)
            return
        }
        let wasKilled = state.error?.code == RecordedError.abandoned
        // By a person's hand, while the scheduler looked on; without one that did, it was the scheduler's own end.
        if !wasKilled, end != .unknown {
            try await settle(one, as: one.endState, because: "its run was interrupted", at: now)
            return
        }
        if one.isGivenUp {
            try await history.endRun(
                run, state: .failed, error: RecordedError(code: "crashed", message: end.summary), at: now)
            try await settle(one, as: one.endState, because: nil, at: now)
            return
        }
        if !wasKilled || (limits.resumesAfterCrash && one.record.resumes < Self.mostResumes) {
            if wasKilled { try await history.countResume(of: one.row) }
            log.warning("run has no process any more, and is gone on with: \(end.summary)", metadata: one.metadata)
            open[one.row]?.phase = .toStart(.resume)
        } else {
            let times = one.record.resumes
            let again =
                times > 0
                ? ", after it was gone on with \(times == 1 ? "once" : times == 2 ? "twice" : "\(times) times")" : ""
            log.error("run is given up: \(end.summary)", metadata: one.metadata)
            open[one.row]?.isGivenUp = true
            open[one.row]?.phase = .toStart(.giveUp("\(end.summary)\(again)"))
        }
    }

    /// Processes that another scheduler has started tell nobody of their end.
    func lookAfterAdopted(at now: Date) async throws(HistoryError) {
        for one in open.values where one.phase == .adopted {
            guard let run = one.record.run, try !history.isAtWork(run) else { continue }
            try await ended(one.row, .unknown, at: now)
        }
    }
}
