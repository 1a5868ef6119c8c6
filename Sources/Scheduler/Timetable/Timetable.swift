package import Foundation
package import History
package import Logging
import Workflow

/// Keeps the calendar: what is due, what waits, what is at work. It has no clock and no timer of its own: ``turn(at:)``
/// is told the time, and says when it wants to be called again.
package actor Timetable {
    /// A schedule, and up to where it is accounted for. A class, so that the table of thousands of them has no large gaps.
    final class Entry {
        let row: ScheduleRowID
        let path: String
        let schedule: Schedule
        var consideredUntil: Date
        /// When it is due next, in seconds since 1970.
        var next: Int?

        init(_ record: ScheduleRecord, path: String, schedule: Schedule) {
            row = record.row
            self.path = path
            self.schedule = schedule
            consideredUntil = record.consideredUntil
        }
    }

    let history: HistoryStore
    let launcher: any RunLauncher
    let zones: ZoneDatabase
    let host: String
    let ids: RunIDGenerator
    let log: Logger
    var limits: TimetableLimits
    var entries: [ScheduleRowID: Entry] = [:]
    /// Up to where the one that is furthest is accounted for.
    private var furthest = Date.distantPast
    var open: [OccurrenceRowID: OpenOccurrence] = [:]
    /// The group of each workflow file that has one.
    var groups: [String: String] = [:]
    /// Up to where every schedule was seen not to be due, by the rules of its zone at that time: what other rules say of
    /// the time before counts no more.
    private var seenUntil = Date.distantPast
    /// Whether nothing is to be started any more.
    var isDraining = false
    /// Why times pass unseen, as it would be told of the next ones that did.
    var cause = "the scheduler was not running"
    /// When each schedule's next time was last found out.
    private var surveyed = Date.distantPast

    /// Every so often all next times are found out anew, since the rules of a time zone may have changed; in seconds.
    static let surveyInterval = 3600.0
    /// So many may wait for the end of one workflow's run.
    static let longestQueue = 1000

    /// - Parameters:
    ///   - host: this machine's name, on which jitter depends.
    package init(
        history: HistoryStore, launcher: any RunLauncher, limits: TimetableLimits, zones: ZoneDatabase = .system,
        host: String = ProcessInfo.processInfo.hostName, ids: RunIDGenerator = RunIDGenerator(), log: Logger
    ) {
        self.history = history
        self.launcher = launcher
        self.limits = limits
        self.zones = zones
        self.host = host
        self.ids = ids
        self.log = log
    }

    /// Takes over what the record has: schedules, and what a scheduler before this one has left open.
    package func load(at now: Date) async throws(HistoryError) {
        entries = [:]
        furthest = .distantPast
        open = [:]
        for record in try await history.schedules() { add(record, path: record.path) }
        try history.endAbandonedRuns()
        for record in try await history.openOccurrences() { try await takeOver(record, at: now) }
        survey(at: now)
    }

    /// The schedules of these workflow files are other ones now.
    package func setSchedules(_ files: [ScheduledFile]) {
        let changed = Set(files.map(\.path))
        let kept = Set(files.flatMap(\.schedules).map(\.row))
        for entry in entries.values where changed.contains(entry.path) && !kept.contains(entry.row) {
            entries[entry.row] = nil
        }
        for file in files {
            if !file.isBroken { groups[file.path] = file.group }
            for record in file.schedules {
                add(record, path: file.path)
                updateNext(of: record.row)
            }
        }
        // The record has ended those that waited for a schedule that is gone.
        for one in open.values where changed.contains(one.path) && one.phase == .waiting {
            if let schedule = one.record.schedule, !kept.contains(schedule) { open[one.row] = nil }
        }
    }

    package func setLimits(_ limits: TimetableLimits) { self.limits = limits }

    /// Writes down what is due, starts what can start, and says when there is something to do next.
    ///
    /// - Returns: when to be called again, at the latest.
    package func turn(at now: Date) async throws(HistoryError) -> Date {
        if max(furthest, seenUntil) > now.addingTimeInterval(1) { try await turnBack(to: now) }
        if abs(now.timeIntervalSince(surveyed)) >= Self.surveyInterval { survey(at: now) }
        try await noteDue(at: now)
        try await lookAfterAdopted(at: now)
        endByForce(at: now)
        if !isDraining { try await startReady(at: now) }
        cause = "the machine slept, or its clock was set forward"
        return wake(after: now)
    }

    /// What is done of the calendar at this moment.
    package var counts: (schedules: Int, waiting: Int, atWork: Int) {
        (entries.count, open.values.count { $0.phase == .waiting }, open.values.count { $0.isActive })
    }

    /// Whether processes are at work that this scheduler has started.
    package var hasOwnRuns: Bool { open.values.contains { $0.phase == .atWork } }

    /// Whether an occurrence's end is not known yet.
    package func isOpen(_ row: OccurrenceRowID) -> Bool { open[row] != nil }

    /// When the next time of any schedule is.
    package var nextDue: Date? {
        entries.values.lazy.compactMap(\.next).min().map { Date(timeIntervalSince1970: TimeInterval($0)) }
    }

    /// - Parameter path: of its file, in the one text that all who know the file share.
    private func add(_ record: ScheduleRecord, path: String) {
        guard let schedule = Schedule(record, zones: zones) else {
            log.error("a schedule cannot be read", metadata: ["path": "\(record.path)", "schedule": "\(record.spec)"])
            return
        }
        if let known = entries[record.row], known.schedule == schedule {
            known.consideredUntil = record.consideredUntil
        } else {
            entries[record.row] = Entry(record, path: path, schedule: schedule)
        }
        furthest = max(furthest, record.consideredUntil)
    }

    private func survey(at now: Date) {
        surveyed = now
        for row in entries.keys { updateNext(of: row) }
    }

    func updateNext(of row: ScheduleRowID) {
        guard let entry = entries[row] else { return }
        entry.next = entry.schedule.next(after: start(of: entry), zones: zones)
    }

    /// After which its times are not accounted for.
    private func start(of entry: Entry) -> Int { max(entry.consideredUntil, seenUntil).wholeSeconds }

    private func turnBack(to now: Date) async throws(HistoryError) {
        log.warning("the clock was set back: times that have not come yet are accounted for anew")
        try await history.turnBack(to: now)
        seenUntil = .distantPast
        try await reread()
        let left = Set(try await history.openOccurrences().map(\.row))
        for row in open.keys where !left.contains(row) { open[row] = nil }
        survey(at: now)
    }

    /// Takes over up to where the record has accounted for each schedule.
    private func reread() async throws(HistoryError) {
        furthest = .distantPast
        for record in try await history.schedules() {
            entries[record.row]?.consideredUntil = record.consideredUntil
            furthest = max(furthest, record.consideredUntil)
        }
    }

    private func noteDue(at now: Date) async throws(HistoryError) {
        let moment = now.wholeSeconds
        let until = Date(timeIntervalSince1970: TimeInterval(moment))
        var due: [DueTimes] = []
        let dueEntries = entries.values.filter { $0.next.map { $0 <= moment } ?? false }.sorted { $0.row < $1.row }
        for entry in dueEntries {
            guard let zone = entry.schedule.zone(zones) else { continue }
            let accounting = Accounting(
                schedule: entry.schedule, zone: zone, identity: "\(host)\n\(entry.path)\n\(entry.row.rawValue)",
                cause: cause)
            let occurrences = accounting.occurrences(after: start(of: entry), until: moment)
            if !occurrences.isEmpty {
                due.append(
                    DueTimes(
                        schedule: entry.row, after: entry.consideredUntil, until: until, occurrences: occurrences))
            }
        }
        if !due.isEmpty {
            let noted = try await history.note(due, at: now)
            for one in due { entries[one.schedule]?.consideredUntil = until }
            furthest = max(furthest, until)
            for record in noted.occurrences { take(record, at: now) }
            if noted.wasOvertaken { try await reread() }
        }
        seenUntil = until
        for entry in dueEntries { updateNext(of: entry.row) }
    }

    /// An occurrence that was written down just now.
    func take(_ record: OccurrenceRecord, at now: Date) {
        guard record.state == .waiting else {
            tell(record)
            return
        }
        let isOverdue = now.timeIntervalSince(record.due) > TimeInterval(Accounting.grace)
        open[record.row] = OpenOccurrence(record: record, phase: .waiting, cause: isOverdue ? cause : nil)
    }

    private func wake(after now: Date) -> Date {
        var wake = now.addingTimeInterval(Self.surveyInterval)
        if let next = nextDue { wake = min(wake, next) }
        for one in open.values {
            switch one.phase {
            case .waiting where one.record.start > now: wake = min(wake, one.record.start)
            // Nobody tells of the end of another's process.
            case .adopted: wake = min(wake, now.addingTimeInterval(1))
            default: break
            }
            if let forceAt = one.forceAt { wake = min(wake, forceAt) }
        }
        return wake
    }
}

extension Date {
    /// Seconds since 1970, without the fraction.
    var wholeSeconds: Int { Int(timeIntervalSince1970.rounded(.down)) }
}
