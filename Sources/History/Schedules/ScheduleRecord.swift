package import Foundation
internal import GRDB

/// A schedule's row in the record: an entry of `schedule` in a workflow file.
package struct ScheduleRowID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A schedule as the record has it.
package struct ScheduleRecord: Sendable, Hashable {
    package let row: ScheduleRowID
    /// Of the workflow's file.
    package let path: String
    /// The workflow's name.
    package let workflow: String
    /// When it is due, as a JSON object.
    package let spec: String
    /// What else the entry says, as a JSON object.
    package let settings: String
    /// Every time up to here is accounted for.
    package let consideredUntil: Date
    /// Since when it is paused.
    package let paused: Date?
    /// Whether its next time is left out.
    package let skipsNext: Bool
    /// When it was taken out of its file.
    package let removed: Date?
}

/// A workflow file as the scheduler reads it.
package struct WatchedWorkflow: Sendable, Hashable {
    package var path: String
    /// The workflow's name.
    package var name: String
    /// The file and those that it calls, as they are.
    package var texts: RunTexts
    package var schedules: [WatchedSchedule]

    package init(path: String, name: String, texts: RunTexts, schedules: [WatchedSchedule]) {
        self.path = path
        self.name = name
        self.texts = texts
        self.schedules = schedules
    }
}

/// An entry of `schedule` in two JSON objects.
package struct WatchedSchedule: Sendable, Hashable {
    /// When it is due: it is known again by this.
    package var spec: String
    /// What else the entry says.
    package var settings: String

    package init(spec: String, settings: String) {
        self.spec = spec
        self.settings = settings
    }
}

/// A workflow file that the scheduler knows.
package struct WatchedRecord: Sendable, Hashable {
    package let path: String
    /// The workflow's name.
    package let name: String
    /// Why the file is not used as it is now; the last version that was right is.
    package let error: String?
}

extension ScheduleRecord {
    static let columns = """
        id, path, workflow, spec, settings, considered_until, paused_at, skip_next, removed_at
        """

    init(_ row: Row) throws {
        self.row = ScheduleRowID(rawValue: row["id"])
        path = row["path"]
        workflow = row["workflow"]
        spec = row["spec"]
        settings = row["settings"]
        consideredUntil = try row.time("considered_until")
        paused = try row.timeIfAny("paused_at")
        skipsNext = row["skip_next"]
        removed = try row.timeIfAny("removed_at")
    }
}
