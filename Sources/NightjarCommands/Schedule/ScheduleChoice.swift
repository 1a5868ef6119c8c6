import ArgumentParser
import Foundation
import History
import Scheduler

/// Which schedules a command is about.
struct ScheduleChoice: ParsableArguments {
    @Argument(help: "A workflow's file or name.", completion: .file())
    var workflow: String?

    @Flag(help: "All schedules of all workflows.")
    var all = false

    func validate() throws {
        guard (workflow != nil) != all else { throw ValidationError("name a workflow, or give `--all`") }
    }

    /// Changes the record of these schedules.
    ///
    /// - Throws: ``CommandFailure`` where the scheduler knows none.
    func change(
        _ body: (HistoryStore, [ListedSchedule]) async throws(HistoryError) -> Void
    ) async throws -> [ListedSchedule] {
        let history = try RecordAccess.open(Places())
        do {
            let known = try await history.watchedWorkflows()
            let path = try workflow.map { try ScheduledWorkflow.path($0, known) }
            let found = try await ListedSchedule.all(history, path: path)
            guard !found.isEmpty else {
                throw CommandFailure(
                    .invalid,
                    "the scheduler knows no schedule of \(workflow.map { "`\($0)`" } ?? "any workflow"): it reads them when `nightjar serve` is started"
                )
            }
            try await body(history, found)
            try history.close()
            return found
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
    }
}
