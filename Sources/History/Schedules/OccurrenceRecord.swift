package import Foundation
internal import GRDB

/// An occurrence's row in the record.
package struct OccurrenceRowID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What has become of an occurrence.
package enum OccurrenceState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its run is to start: after its jitter, or when there is a place for it.
    case waiting
    /// A process was started for it, which has not begun the run yet.
    case starting
    case running
    /// It had its run, in time.
    case ran
    /// It had its run, and not in time.
    case late
    /// It was left out on purpose: paused, or because the run before was still at work.
    case skipped
    /// A later time stands for it.
    case coalesced
    /// Nobody was there to run it, or its run could not begin.
    case missed

    /// Those of which the end is not known.
    package static let open: Set<OccurrenceState> = [.waiting, .starting, .running]
}

/// What began a run that no shell has begun.
package enum OccurrenceTrigger: String, Sendable, Hashable, Codable {
    /// The time of a schedule.
    case schedule
    /// Files in a folder.
    case change
    /// A person, through the scheduler.
    case manual
}

/// A time that is due, or something else that is to have a run.
package struct NewOccurrence: Sendable, Hashable {
    /// What tells it from others of its schedule.
    package var key: String
    package var trigger: OccurrenceTrigger
    package var due: Date
    /// The last of the times, where it stands for many.
    package var lastDue: Date?
    /// For how many times it stands.
    package var times: Int
    /// The due time by the clock of the schedule's zone, by ISO 8601.
    package var scheduledFor: String
    /// When it is to start.
    package var start: Date
    package var state: OccurrenceState
    package var reason: String?
    /// A JSON object.
    package var inputs: String?
    package var files: [SeenFile]

    package init(
        key: String, trigger: OccurrenceTrigger, due: Date, lastDue: Date? = nil, times: Int = 1, scheduledFor: String,
        start: Date, state: OccurrenceState = .waiting, reason: String? = nil, inputs: String? = nil,
        files: [SeenFile] = []
    ) {
        self.key = key
        self.trigger = trigger
        self.due = due
        self.lastDue = lastDue
        self.times = times
        self.scheduledFor = scheduledFor
        self.start = start
        self.state = state
        self.reason = reason
        self.inputs = inputs
        self.files = files
    }
}

/// A file of a watched folder in one of its states.
package struct SeenFile: Sendable, Hashable {
    package var path: String
    /// Another one as soon as the file changes.
    package var stamp: String

    package init(path: String, stamp: String) {
        self.path = path
        self.stamp = stamp
    }
}

/// An occurrence as the record has it.
package struct OccurrenceRecord: Sendable, Hashable {
    package let row: OccurrenceRowID
    /// `nil` where a person asked for it.
    package let schedule: ScheduleRowID?
    /// Of the workflow's file.
    package let path: String
    package let workflow: String
    package let trigger: OccurrenceTrigger
    package let due: Date
    package let lastDue: Date?
    package let times: Int
    package let scheduledFor: String
    package let start: Date
    package let state: OccurrenceState
    package let isLate: Bool
    package let reason: String?
    package let run: RunID?
    /// How often the scheduler went on with its run.
    package let resumes: Int
    /// A JSON object.
    package let inputs: String?
    /// The paths of the files that it is for.
    package let files: [String]
    package let noted: Date
    package let started: Date?
    package let ended: Date?
}

extension OccurrenceRecord {
    static let columns = """
        id, schedule_id, path, workflow, trigger, due_at, last_due_at, times, scheduled_for, start_at, state, is_late,
        reason, run_id, resumes, inputs, files, noted_at, started_at, ended_at
        """

    init(_ row: Row) throws {
        self.row = OccurrenceRowID(rawValue: row["id"])
        schedule = (row["schedule_id"] as Int64?).map(ScheduleRowID.init)
        path = row["path"]
        workflow = row["workflow"]
        trigger = try row.value("trigger")
        due = try row.time("due_at")
        lastDue = try row.timeIfAny("last_due_at")
        times = row["times"]
        scheduledFor = row["scheduled_for"]
        start = try row.time("start_at")
        state = try row.state()
        isLate = row["is_late"]
        reason = row["reason"]
        run = try (row["run_id"] as String?).map { _ in try row.runID("run_id") }
        resumes = row["resumes"]
        inputs = row["inputs"]
        files =
            (row["files"] as String?).flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
        noted = try row.time("noted_at")
        started = try row.timeIfAny("started_at")
        ended = try row.timeIfAny("ended_at")
    }
}
