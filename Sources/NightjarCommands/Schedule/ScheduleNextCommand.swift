import ArgumentParser
import Foundation
import Jinja
import Scheduler
import Workflow

/// `nightjar schedule next`: the next times of a workflow or of a cron expression.
struct ScheduleNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Tell the next times of a workflow, or of a cron expression.",
        discussion: """
            The five fields are minute, hour, day of the month, month and day of the week, by the rules of Debian's cron; \
            `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for such. When clocks change, a fixed time comes \
            once; what has a wildcard in minute or hour follows the clock as it goes.
            """)

    @Argument(help: "A workflow's file, or its name in the folder `workflows`.", completion: .file())
    var workflow: String?

    @Option(help: ArgumentHelp("The expression, in quotes: `30 2 * * *`.", valueName: "EXPR"))
    var cron: String?

    @Option(
        help: ArgumentHelp(
            "With `--cron`, the time zone, such as Europe/Lisbon; this machine's if not given.", valueName: "TZ"))
    var timezone: String?

    @Option(help: ArgumentHelp("The moment after which to look, by ISO 8601; now if not given.", valueName: "ISO8601"))
    var from: String?

    @Option(help: "So many times.")
    var count = 5

    @Flag(help: "Write the times as a JSON array, in UTC.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("`--count` takes a number from 1 to 10000") }
        guard (workflow != nil) != (cron != nil) else { throw ValidationError("name a workflow, or give `--cron`") }
        guard timezone == nil || cron != nil else {
            throw ValidationError("`--timezone` belongs to `--cron`: a workflow says its own")
        }
    }

    func run() async throws {
        let start = Int(try start().timeIntervalSince1970)
        let times: [(time: Int, zone: ZoneRules)]
        if let workflow {
            times = try self.times(of: workflow, after: start)
        } else {
            let zone = try zone()
            let expression = try expression()
            times = sequence(first: start) { expression.next(after: $0, in: zone) }.dropFirst().prefix(count)
                .map { ($0, zone) }
        }
        if json {
            Console.print(Value.list(times.map { .string(ZoneRules.utc.written($0.time)) }).json(.compact))
            return
        }
        for (time, zone) in times {
            let local = zone.written(time).replacing("T", with: " ", maxReplacements: 1)
            Console.print("\(local)  \(ZoneRules.utc.written(time))")
        }
    }

    /// The times of all entries of a workflow together.
    private func times(of workflow: String, after start: Int) throws -> [(time: Int, zone: ZoneRules)] {
        let loaded = try LoadedWorkflow(workflow)
        let schedules = loaded.definition.readSchedules(in: loaded.project)
        guard !schedules.isEmpty else {
            throw CommandFailure(.invalid, "the workflow `\(loaded.definition.name)` has no `schedule`")
        }
        var times: [(time: Int, zone: ZoneRules)] = []
        for schedule in schedules {
            guard let zone = schedule.zone(.system) else { continue }
            times += sequence(first: start) { schedule.next(after: $0, zones: .system) }.dropFirst().prefix(count)
                .map { ($0, zone) }
        }
        var seen: Set<Int> = []
        return times.sorted { $0.time < $1.time }.filter { seen.insert($0.time).inserted }.prefix(count).map(\.self)
    }

    private func expression() throws -> CronExpression {
        do {
            return try CronExpression(cron ?? "")
        } catch {
            throw CommandFailure(.invalid, error.description)
        }
    }

    private func zone() throws -> ZoneRules {
        guard let timezone else { return ZoneDatabase.system.local() }
        guard let zone = ZoneDatabase.system.rules(timezone) else {
            let near = nearest(timezone, among: ZoneDatabase.system.identifiers()).map { "; did you mean `\($0)`?" }
            throw CommandFailure(.invalid, "there is no time zone `\(timezone)`\(near ?? "")")
        }
        return zone
    }

    private func start() throws -> Date {
        guard let from else { return Date() }
        guard let date = try? Date(from, strategy: .iso8601) else {
            throw CommandFailure(.usage, "`--from` takes a moment such as 2026-11-26T02:30:00Z, not `\(from)`")
        }
        return date
    }
}
