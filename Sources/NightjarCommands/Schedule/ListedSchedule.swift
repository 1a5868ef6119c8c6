import Foundation
import History
import Jinja
import Scheduler
import Workflow

/// A schedule of the record, or of a file that no scheduler has read yet.
struct ListedSchedule {
    let record: ScheduleRecord
    let schedule: Schedule?
    /// The last of its times that is written down.
    let last: OccurrenceRecord?
    /// Why the workflow's file is not used as it is now.
    let error: String?

    /// When it is due next.
    var next: Date? {
        let after = max(Date(), record.consideredUntil)
        return schedule?.next(after: Int(after.timeIntervalSince1970), zones: .system)
            .map { Date(timeIntervalSince1970: TimeInterval($0)) }
    }

    var state: String {
        if let paused = record.paused { return "paused since \(Figures.moment(paused))" }
        if schedule == nil { return "cannot be read" }
        if error != nil { return "its file has mistakes" }
        return record.skipsNext ? "leaves out the next" : "active"
    }

    var value: Value {
        [
            "workflow": .string(record.workflow), "path": .string(record.path),
            "schedule": .string(schedule?.summary ?? record.spec),
            "timezone": schedule?.timezone.map { .string($0) } ?? .null,
            "state": .string(state), "next": next.map { .string($0.formatted(.iso8601)) } ?? .null,
            "last": last?.value ?? .null,
            "error": error.map { .string($0) } ?? .null,
        ]
    }

    /// The schedules of the record.
    ///
    /// - Parameter path: of the workflow's file, for those of one.
    static func all(_ history: HistoryStore, path: String? = nil) async throws(HistoryError) -> [ListedSchedule] {
        let watched = try await history.watchedWorkflows()
        let errors = Dictionary(watched.map { ($0.path, $0.error) }, uniquingKeysWith: { first, _ in first })
        var all: [ListedSchedule] = []
        for record in try await history.schedules() where path == nil || record.path == path {
            let last = try await history.occurrences(OccurrenceFilter(schedule: record.row, limit: 1)).first
            all.append(
                ListedSchedule(
                    record: record, schedule: Schedule(record), last: last, error: errors[record.path] ?? nil))
        }
        return all
    }
}

extension OccurrenceRecord {
    /// The occurrence for `--json`.
    var value: Value {
        [
            "workflow": .string(workflow), "path": .string(path), "trigger": .string(trigger.rawValue),
            "due": .string(due.formatted(.iso8601)),
            "last_due": lastDue.map { .string($0.formatted(.iso8601)) } ?? .null, "times": .integer(times),
            "scheduled_for": .string(scheduledFor), "state": .string(state.rawValue),
            "reason": reason.map { .string($0) } ?? .null, "run": run.map { .string($0.text) } ?? .null,
            "started": started.map { .string($0.formatted(.iso8601)) } ?? .null,
            "ended": ended.map { .string($0.formatted(.iso8601)) } ?? .null,
            "files": .list(files.map { .string($0) }),
        ]
    }
}

/// A workflow that a person names, for its schedules.
enum ScheduledWorkflow {
    /// The path of its file as the record has it.
    ///
    /// - Throws: ``CommandFailure`` where there is no such workflow, neither here nor in the record.
    static func path(_ name: String, _ known: [WatchedRecord]) throws -> String {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        do {
            return try WorkflowFile.find(name, from: here).watchedPath
        } catch {
            let named = known.filter { $0.name == name || $0.path == name }
            guard let first = named.first else { throw CommandFailure(.invalid, error.description) }
            guard named.count == 1 else {
                throw CommandFailure(
                    .invalid,
                    "several workflows are called `\(name)`: name one of \(named.map(\.path).joined(separator: ", "))")
            }
            return first.path
        }
    }
}
