import ArgumentParser
import Foundation
import History
import Jinja
import Workflow

/// `nightjar schedule history`: what became of the times that were due.
struct ScheduleHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List what became of the times that were due, the last first.")

    @Argument(help: "A workflow's file or name; without it, all.", completion: .file())
    var workflow: String?

    @Option(help: ArgumentHelp("Times within this time, as in `24h` or `7d`.", valueName: "AGE"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Only these: waiting, starting, running, ran, late, skipped, coalesced or missed. May be given more than once."
        ))
    var state: [OccurrenceState] = []

    @Option(help: "So many at most.")
    var limit = 50

    @Flag(help: "Write the list as JSON.")
    var json = false

    func validate() throws {
        if let since, Duration(written: since) == nil {
            throw ValidationError("`--since` takes a length of time, as in `24h` or `7d`, not `\(since)`")
        }
        guard limit > 0 else { throw ValidationError("`--limit` takes a number of at least 1") }
    }

    func run() async throws {
        let start = since.flatMap { Duration(written: $0) }.map { Date().addingTimeInterval(-$0.inSeconds) }
        let states = state.isEmpty ? nil : Set(state)
        let most = limit
        let known = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.watchedWorkflows()
        }
        let path = try workflow.map { try ScheduledWorkflow.path($0, known) }
        let found = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.occurrences(OccurrenceFilter(path: path, states: states, since: start, limit: most))
        }
        if json {
            Console.print(Value.list(found.map(\.value)).json(.pretty(indent: 2)))
            return
        }
        guard !found.isEmpty else {
            Console.note("nothing was due")
            return
        }
        Console.print(
            Listing(
                columns: [
                    .init(title: "DUE"), .init(title: "WORKFLOW"), .init(title: "STATE"), .init(title: "RUN"),
                    .init(title: "REASON"),
                ],
                rows: found.map { one in
                    let times = one.times > 1 ? " and \(one.times - 1) more" : ""
                    return [
                        Figures.moment(one.due) + times, one.workflow, one.state.rawValue, one.run?.text ?? "",
                        one.reason ?? "",
                    ]
                }
            ).text)
    }
}

extension OccurrenceState: ExpressibleByArgument {}
