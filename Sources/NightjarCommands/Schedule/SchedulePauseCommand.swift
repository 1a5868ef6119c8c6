import ArgumentParser
import Foundation
import History

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
