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

/// `nightjar schedule pause`.
struct SchedulePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let the times of schedules go by without runs, until `schedule resume`.")

    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        let changed = try await choice.change { history, schedules throws(HistoryError) in
            try await history.setPaused(schedules.map(\.record.row), at: Date())
        }
        Console.note("\(Figures.count(changed.count, "schedule")) paused")
    }
}

/// `nightjar schedule resume`.
struct ScheduleResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let schedules that were paused have runs again.")

    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        let changed = try await choice.change { history, schedules throws(HistoryError) in
            try await history.setPaused(schedules.map(\.record.row), at: nil)
        }
        Console.note("\(Figures.count(changed.count, "schedule")) active")
    }
}

/// `nightjar schedule skip-next`.
struct ScheduleSkipNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip-next", abstract: "Leave out the next time of a workflow, and only that.")

    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        let isForAll = choice.all
        let changed = try await choice.change { history, schedules throws(HistoryError) in
            // Of the entries of one workflow, the one that is due first.
            let rows =
                isForAll
                ? schedules : Array(schedules.filter { $0.next != nil }.min { $0.isDue(before: $1) }.map { [$0] } ?? [])
            try await history.setSkipsNext(rows.map(\.record.row))
        }
        guard changed.contains(where: { $0.next != nil }) else {
            throw CommandFailure(.invalid, "no time is to come that could be left out")
        }
        let next = changed.compactMap(\.next).min().map { ": \(Figures.moment($0))" } ?? ""
        Console.note("the next time is left out\(choice.all ? "" : next)")
    }
}

extension ListedSchedule {
    fileprivate func isDue(before other: ListedSchedule) -> Bool {
        (next ?? .distantFuture) < (other.next ?? .distantFuture)
    }
}

/// `nightjar schedule run-now`.
struct ScheduleRunNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now", abstract: "Let the scheduler run a workflow now, with the inputs of its schedule.")

    @Argument(help: "A workflow's file or name.", completion: .file())
    var workflow: String

    @OptionGroup var waiting: WaitingOptions

    func run() async throws {
        let known = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.watchedWorkflows()
        }
        let path = try ScheduledWorkflow.path(workflow, known)
        let schedules = try await RecordAccess.reading { history throws(HistoryError) in
            try await ListedSchedule.all(history, path: path)
        }
        let inputs = schedules.first?.schedule?.inputs ?? "{}"
        try await waiting.trigger(URL(filePath: path), inputs: inputs)
    }
}
