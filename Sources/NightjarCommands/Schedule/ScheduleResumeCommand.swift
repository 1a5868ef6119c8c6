import ArgumentParser
import History

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
