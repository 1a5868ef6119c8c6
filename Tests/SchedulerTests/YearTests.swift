import Foundation
import History
import Jinja
import Testing

@testable import Scheduler

/// Whole years of a calendar: each time that was due is accounted for once, whatever the machine and its clock do.
@Suite struct YearTests {
    private static let policies: [(missed: String, overlap: String)] = ["none", "latest", "all"].flatMap { missed in
        ["skip", "queue", "replace"].map { (missed, $0) }
    }

    /// A year with all that can happen: nights of sleep, a clock that is set, an end of summer time, a year's end.
    @Test(arguments: policies)
    func aYearOfNightsAndDays(missed: String, overlap: String) async throws {
        let start = try seconds("2027-11-01T00:00:00Z")
        let end = try seconds("2028-11-05T00:00:00Z")
        let spec: Value = ["cron": "30 */8 * * *", "timezone": "Europe/Lisbon"]
        // Every seventh run takes longer than it is to the next one.
        let simulation = try Simulation(start: start) { $0 % 7 == 0 ? 10 * 3600 : 600 }
        try await simulation.setSchedules([(spec, ["missed": .string(missed), "overlap": .string(overlap)])])
        var day = start
        var sleeps = 0
        while day < end {
            try await simulation.run(until: day + 20 * 3600)
            // Nine hours of sleep each tenth day; over the changes of the clocks and the leap day too.
            sleeps += 1
            if sleeps % 10 == 0 {
                try await simulation.sleep(9 * 3600)
            } else if sleeps % 31 == 0 {
                try await simulation.setClock(by: -2 * 3600)
            } else if sleeps % 37 == 0 {
                try await simulation.setClock(by: 5 * 3600)
            } else if sleeps % 41 == 0 {
                try await simulation.restart(after: 0)
            }
            day = max(day + 86_400, simulation.now)
        }
        try await simulation.run(until: end)
        try await simulation.finish()
        let expected = try times(spec, after: start, until: simulation.now)
        #expect(expected.count > 1000)
        // Runs of a scheduler that was killed are looked at elsewhere.
        try await simulation.expectAccounted(expected)
        let rows = try await simulation.occurrences()
        let states = Dictionary(grouping: rows, by: \.state).mapValues(\.count)
        #expect(states[.ran, default: 0] > 700, "\(states)")
        #expect((states[.missed] != nil) == (missed == "none"), "\(states)")
        #expect((states[.coalesced] != nil) == (missed == "latest"), "\(states)")
        if missed == "all" { #expect(states[.late, default: 0] > 25, "\(states)") }
        if overlap == "skip" { #expect(states[.skipped, default: 0] > 50, "\(states)") }
        if overlap == "queue" { #expect(states[.skipped] == nil, "\(states)") }
        #expect(rows.allSatisfy { $0.reason != nil || $0.state == .ran })
    }

    @Test func theLeapDayAndTheYearsEndComeOnce() async throws {
        let start = try seconds("2027-01-01T12:00:00Z")
        let end = try seconds("2029-01-02T00:00:00Z")
        let spec: Value = ["cron": "0 0 29 2 *", "timezone": "Asia/Tokyo"]
        let newYear: Value = ["cron": "59 23 31 12 *", "timezone": "Pacific/Auckland"]
        let simulation = try Simulation(start: start)
        try await simulation.setSchedules([(spec, [:]), (newYear, [:])])
        try await simulation.run(until: end)
        try await simulation.finish()
        let found = try await simulation.occurrences().map(\.scheduledFor)
        #expect(
            found == ["2027-12-31T23:59:00+13:00", "2028-02-29T00:00:00+09:00", "2028-12-31T23:59:00+13:00"])
    }

    @Test func aClockThatRanAheadAndIsSetRightLosesNothing() async throws {
        let start = try seconds("2027-03-01T00:00:00Z")
        let spec: Value = ["cron": "0 2 * * *", "timezone": "UTC"]
        for missed in ["none", "latest", "all"] {
            let simulation = try Simulation(start: start)
            try await simulation.setSchedules([(spec, ["missed": .string(missed)])])
            try await simulation.run(until: start + 86_400 * 3)
            // Four months too far for an hour.
            try await simulation.setClock(by: 86_400 * 120)
            try await simulation.run(until: simulation.now + 3600)
            try await simulation.setClock(by: -86_400 * 120)
            let ahead = try await simulation.occurrences().filter { $0.due > simulation.date }
            // What has had a run stays; all else has not come yet.
            #expect(ahead.allSatisfy { $0.run != nil })
            try await simulation.run(until: start + 86_400 * 200)
            try await simulation.finish()
            try await simulation.expectAccounted(try times(spec, after: start, until: simulation.now))
        }
    }

    @Test func aNewZoneIsKeptToFromThenOn() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "Test"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let zone = folder.appending(path: "Test/Home")
        try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/Europe/Lisbon", toPath: zone.path)
        let zones = ZoneDatabase(folders: [folder.path], environment: ["TZ": "Test/Home"])
        let start = try seconds("2027-06-01T12:00:00Z")
        let simulation = try Simulation(start: start, zones: zones)
        // By this machine's own zone.
        try await simulation.setSchedules([(["cron": "30 2 * * *"], ["missed": "all"])])
        try await simulation.run(until: start + 86_400 * 3)
        try FileManager.default.removeItem(at: zone)
        try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/America/New_York", toPath: zone.path)
        try await simulation.run(until: start + 86_400 * 6)
        try await simulation.finish()
        let found = try await simulation.occurrences().map(\.scheduledFor)
        #expect(
            found == [
                "2027-06-02T02:30:00+01:00", "2027-06-03T02:30:00+01:00", "2027-06-04T02:30:00+01:00",
                "2027-06-05T02:30:00-04:00", "2027-06-06T02:30:00-04:00", "2027-06-07T02:30:00-04:00",
            ])
    }

    @Test func aYearOfSecondsThatNobodySawIsAccountedForInAFewRows() async throws {
        let start = try seconds("2027-01-01T00:00:00Z")
        let spec: Value = ["every": 1.0]
        for missed in ["none", "latest", "all"] {
            let simulation = try Simulation(start: start, limits: TimetableLimits()) { _ in 0 }
            try await simulation.setSchedules([(spec, ["missed": .string(missed), "missed_window": 600.0])])
            try await simulation.sleep(365 * 86_400)
            try await simulation.run(until: simulation.now)
            let rows = try await simulation.occurrences()
            #expect(rows.map(\.times).reduce(0, +) == 365 * 86_400)
            #expect(rows.count <= 700)
            #expect(rows.count { $0.run != nil } >= 1)
        }
    }
}
