import Foundation
import Jinja
import PythonSupport
import Testing

@testable import Scheduler

/// Cron expressions against cronsim, which keeps to Debian cron's rules.
@Suite struct CronDifferentialTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Differential/cron_cases.py")

    @Test(.enabled(if: Python.has("cronsim")), arguments: 1...6)
    func randomExpressionsAroundChangesOfTheClocksGiveTheSame(seed: Int) throws {
        let outcome = try #require(try Python.run(Self.script, ["500", "\(seed)"]))
        #expect(outcome.status == 0)
        let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 500)
        for line in lines {
            let value = try Value(json: String(line))
            let cron = try #require(value["cron"]?.string)
            let zone = try #require(value["zone"]?.string.flatMap { ZoneDatabase.system.rules($0) })
            var moment = Int(try Date(#require(value["from"]?.string), strategy: .iso8601).timeIntervalSince1970)
            let expected = value["next"]?.list?.compactMap(\.string) ?? []
            guard let expression = try? CronExpression(cron) else {
                // What never comes is an error here; cronsim tells only some of it before it is asked.
                #expect(expected.isEmpty, "\(line)")
                continue
            }
            var found: [String] = []
            while found.count < expected.count, let next = expression.next(after: moment, in: zone) {
                found.append(ZoneRules.utc.written(next))
                moment = next
            }
            #expect(found == expected, "\(line)")
        }
    }
}
