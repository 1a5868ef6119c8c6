import ArgumentParser
import Foundation
import History
import Scheduler

/// `nightjar schedule run-now`.
struct ScheduleRunNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now", abstract: "Let the scheduler run a workflow now, with the inputs of its schedule.")

    @Argument(help: "A workflow's file or name.", completion: .file())
    var workflow: String

    @OptionGroup var waiting: WaitingOptions

    func run() async throws {
        let (known, all) = try await RecordAccess.reading { history throws(HistoryError) in
            (try await history.watchedWorkflows(), try await ListedSchedule.all(history))
        }
        let path = try ScheduledWorkflow.path(workflow, known)
        let schedules = all.filter { $0.record.path == path }
        let inputs = schedules.first?.schedule?.inputs ?? "{}"
        try await waiting.trigger(URL(filePath: path), inputs: inputs)
    }
}
