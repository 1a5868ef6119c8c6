import ArgumentParser
import Foundation
import Jinja
import Scheduler
import Workflow

/// `nightjar schedule next`: the next times of a cron expression.
struct ScheduleNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Tell the next times of a cron expression.",
        discussion: """
            The five fields are minute, hour, day of the month, month and day of the week, by the rules of Debian's cron; \
            `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for such. When clocks change, a fixed time comes \
            once; what has a wildcard in minute or hour follows the clock as it goes.
            """)

    @Option(help: ArgumentHelp("The expression, in quotes: `30 2 * * *`.", valueName: "EXPR"))
    var cron: String

    @Option(help: ArgumentHelp("The time zone, such as Europe/Lisbon; this machine's if not given.", valueName: "TZ"))
    var timezone: String?

    @Option(help: ArgumentHelp("The moment after which to look, by ISO 8601; now if not given.", valueName: "ISO8601"))
    var from: String?

    @Option(help: "So many times.")
    var count = 5

    @Flag(help: "Write the times as a JSON array, in UTC.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("`--count` takes a number from 1 to 10000") }
    }

    func run() async throws {
        let zone = try zone()
        let times = try times(in: zone)
        if json {
            Console.print(Value.list(times.map { .string($0.formatted(.iso8601)) }).json(.compact))
            return
        }
        let style = Date.ISO8601FormatStyle(timeZone: zone).year().month().day()
            .time(includingFractionalSeconds: false).timeZone(separator: .colon).dateTimeSeparator(.space)
        for time in times { Console.print("\(time.formatted(style))  \(time.formatted(.iso8601))") }
    }

    private func times(in zone: TimeZone) throws -> [Date] {
        let expression: CronExpression
        do {
            expression = try CronExpression(cron)
        } catch {
            throw CommandFailure(.invalid, error.description)
        }
        var times: [Date] = []
        var last = try start()
        while times.count < count, let next = expression.next(after: last, in: zone) {
            times.append(next)
            last = next
        }
        return times
    }

    private func zone() throws -> TimeZone {
        guard let timezone else { return .current }
        guard let zone = TimeZone(identifier: timezone) else {
            let near = nearest(timezone, among: TimeZone.knownTimeZoneIdentifiers).map { "; did you mean `\($0)`?" }
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
