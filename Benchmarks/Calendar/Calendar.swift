import ArgumentParser
import Foundation
import Scheduler

/// Finds the next time of many cron expressions, as `Benchmarks/schedules.py` lets croniter do it too.
@main
struct Calendar: ParsableCommand {
    @Argument(help: "A file with a time zone, a tab and an expression in each line.")
    var expressions: String

    @Option(help: "After this moment, in seconds since 1970.")
    var after: Int

    @Option(help: "The rounds.")
    var rounds = 5

    func run() throws {
        let text = try String(contentsOfFile: expressions, encoding: .utf8)
        let lines = text.split(separator: "\n").compactMap { line -> (CronExpression, String)? in
            let parts = line.split(separator: "\t")
            guard parts.count == 2, let expression = try? CronExpression(String(parts[1])) else { return nil }
            return (expression, String(parts[0]))
        }
        let clock = ContinuousClock()
        var best = Duration.seconds(1_000)
        var found: [Int] = []
        for _ in 0..<rounds {
            found = []
            let took = clock.measure {
                for (expression, name) in lines {
                    guard let zone = ZoneDatabase.system.rules(name) else { continue }
                    found.append(expression.next(after: after, in: zone) ?? 0)
                }
            }
            best = min(best, took)
        }
        let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) / 1e18
        print(seconds)
        for time in found { print(time) }
    }
}
