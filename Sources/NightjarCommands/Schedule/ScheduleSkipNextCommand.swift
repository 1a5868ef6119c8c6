import ArgumentParser
import Foundation
import History

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
