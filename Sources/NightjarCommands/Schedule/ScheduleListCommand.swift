import ArgumentParser
import Foundation
import History
import Jinja
import Scheduler

/// `nightjar schedule list`: the schedules that the scheduler knows.
struct ScheduleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the schedules with their next and last times.", aliases: ["ls"])

    @Flag(help: "Write the list as JSON.")
    var json = false

    func run() async throws {
        let schedules = try await RecordAccess.reading { history throws(HistoryError) in
            try await ListedSchedule.all(history)
        }
        if json {
            Console.print(Value.list(schedules.map(\.value)).json(.pretty(indent: 2)))
            return
        }
        let holder = DaemonLock.holder(state: Places().state)
        if holder == nil { Console.note("no scheduler is at work: nothing starts before `nightjar serve` does") }
        guard !schedules.isEmpty else {
            Console.note("the scheduler knows no schedules: it reads those of its projects when it is started")
            return
        }
        Console.print(
            Listing(
                columns: [
                    .init(title: "WORKFLOW"), .init(title: "SCHEDULE"), .init(title: "NEXT"), .init(title: "LAST"),
                    .init(title: "STATE"),
                ],
                rows: schedules.map { one in
                    let last = one.last.map { "\(Figures.moment($0.due)) \($0.state.rawValue)" } ?? ""
                    let zone = one.schedule?.timezone.map { " \($0)" } ?? ""
                    return [
                        one.record.workflow, (one.schedule?.summary ?? "?") + zone,
                        one.record.paused == nil ? one.next.map(Figures.moment) ?? "" : "", last, one.state,
                    ]
                }
            ).text)
    }
}
