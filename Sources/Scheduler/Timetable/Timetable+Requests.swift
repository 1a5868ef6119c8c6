package import Foundation
package import History

extension Timetable {
    /// Writes down that a person wants a run, which starts when there is a place for it.
    ///
    /// - Parameter inputs: A JSON object.
    package func request(
        path: String, workflow: String, inputs: String?, at now: Date
    ) async throws(HistoryError) -> OccurrenceRecord {
        let record = try await history.noteRequest(
            NewOccurrence(
                key: "manual:\(UUID().uuidString.lowercased())", trigger: .manual, due: now,
                scheduledFor: zones.local().written(now.wholeSeconds), start: now, inputs: inputs),
            path: path, workflow: workflow, at: now)
        take(record, at: now)
        return record
    }

    /// Writes down that files have come or changed, which are to have a run together.
    package func change(
        _ files: [SeenFile], of schedule: ScheduleRowID, at now: Date
    ) async throws(HistoryError) {
        guard let entry = entries[schedule] else { return }
        let record = try await history.noteChange(
            NewOccurrence(
                key: "change:\(UUID().uuidString.lowercased())", trigger: .change, due: now,
                scheduledFor: zones.local().written(now.wholeSeconds), start: now, inputs: entry.schedule.inputs,
                files: files),
            of: schedule, at: now)
        if let record { take(record, at: now) }
    }

    /// Writes down that the machine has started, once for each schedule that waits for that.
    ///
    /// - Parameter boot: another one after each start of the machine.
    package func noteBoot(_ boot: String, at now: Date) async throws(HistoryError) {
        for entry in entries.values.sorted(by: { $0.row < $1.row }) where entry.schedule.timing == .reboot {
            let occurrence = NewOccurrence(
                key: "boot:\(boot)", trigger: .schedule, due: now,
                scheduledFor: zones.local().written(now.wholeSeconds), start: now, inputs: entry.schedule.inputs)
            if let record = try await history.noteChange(occurrence, of: entry.row, at: now) { take(record, at: now) }
        }
    }

    /// The folders that are waited on for files, with the schedules that do.
    var watchedFolders: [(schedule: ScheduleRowID, folder: Schedule.WatchedFolder)] {
        entries.values.sorted { $0.row < $1.row }.compactMap { entry in
            guard case .change(let folder) = entry.schedule.timing else { return nil }
            return (entry.row, folder)
        }
    }
}
