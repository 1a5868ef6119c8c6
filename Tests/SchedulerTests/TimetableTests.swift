import Foundation
import History
import Jinja
import Testing

@testable import Scheduler

/// Places, overlaps and starts, in a calendar whose clock is moved by hand.
@Suite struct TimetableTests {
    private static let start = 1_800_000_000

    /// When each run of a workflow began and ended, in seconds after the start.
    private func spans(_ simulation: Simulation) async throws -> [(path: String, begun: Int, ended: Int)] {
        try await simulation.occurrences().filter { $0.run != nil }.map { row in
            (
                row.path, (row.started ?? .distantPast).wholeSeconds - Self.start,
                (row.ended ?? .distantFuture).wholeSeconds - Self.start
            )
        }
    }

    private func mostAtOnce(_ spans: [(path: String, begun: Int, ended: Int)]) -> Int {
        spans.map { span in spans.count { $0.begun <= span.begun && span.begun < $0.ended } }.max() ?? 0
    }

    @Test func noMoreRunsAreAtWorkThanTheConfigurationSays() async throws {
        var limits = TimetableLimits()
        limits.runs = 3
        let simulation = try Simulation(start: Self.start, limits: limits) { _ in 100 }
        for number in 0..<8 {
            try await simulation.setSchedules([(["every": 3600.0], [:])], of: "/w\(number).yaml")
        }
        try await simulation.run(until: Self.start + 3600)
        try await simulation.finish()
        let spans = try await spans(simulation)
        #expect(spans.count == 8)
        #expect(mostAtOnce(spans) == 3)
        // Those that waited for more than a minute are late, and say why.
        let late = try await simulation.occurrences().filter { $0.state == .late }
        #expect(late.count == 5)
        #expect(late.allSatisfy { $0.reason?.hasPrefix("it waited for the end of other runs for") == true })
    }

    @Test func ofAGroupSoManyAreAtWorkAsTheConfigurationSays() async throws {
        for (configured, most) in [(nil, 1), (2, 2)] {
            var limits = TimetableLimits()
            limits.runs = 50
            limits.groups = configured.map { ["models": $0] } ?? [:]
            let simulation = try Simulation(start: Self.start, limits: limits) { _ in 10 }
            for number in 0..<5 {
                try await simulation.setSchedules(
                    [(["every": 3600.0], [:])], of: "/g\(number).yaml", group: "models")
            }
            try await simulation.setSchedules([(["every": 3600.0], [:])], of: "/free.yaml")
            try await simulation.run(until: Self.start + 3600)
            try await simulation.finish()
            let spans = try await spans(simulation)
            #expect(spans.count == 6)
            #expect(mostAtOnce(spans.filter { $0.path != "/free.yaml" }) == most)
            #expect(mostAtOnce(spans) == most + 1)
        }
    }

    @Test func anOverlapSkipsQueuesOrReplaces() async throws {
        let expected: [(String, [OccurrenceState], [String?])] = [
            ("skip", [.ran, .skipped, .skipped], [nil, "was still at work", "was still at work"]),
            ("queue", [.ran, .late, .late], [nil, "it waited", "it waited"]),
            ("replace", [.ran, .ran, .ran], ["a later one took its place", "a later one took its place", nil]),
        ]
        for (overlap, states, reasons) in expected {
            // Three times, and runs that each take as long as all of them.
            let simulation = try Simulation(start: Self.start) { _ in 1000 }
            try await simulation.setSchedules(
                [(["every": 300.0, "end": "2027-01-15T08:15:00Z"], ["overlap": .string(overlap)])])
            try await simulation.run(until: Self.start + 1200)
            try await simulation.finish()
            let rows = try await simulation.occurrences()
            #expect(rows.map(\.state) == states, "\(overlap)")
            for (row, reason) in zip(rows, reasons) {
                #expect(reason == nil ? row.reason == nil : row.reason?.contains(reason ?? "") == true, "\(overlap)")
            }
        }
    }

    @Test func jitterIsWithinItsBoundsAndAlwaysTheSame() async throws {
        var starts: [[Date]] = []
        for _ in 0..<2 {
            let simulation = try Simulation(start: Self.start) { _ in 1 }
            try await simulation.setSchedules([(["every": 3600.0], ["jitter": 600.0])])
            try await simulation.run(until: Self.start + 86_400)
            try await simulation.finish()
            let rows = try await simulation.occurrences().filter { $0.state == .ran }
            #expect(rows.count >= 23)
            let delays = rows.map { $0.start.timeIntervalSince($0.due) }
            #expect(delays.allSatisfy { (0...600).contains($0) })
            #expect(Set(delays).count > 15)
            // None starts before, and what starts within a minute after is in time.
            #expect(rows.allSatisfy { ($0.started ?? .distantPast) >= $0.start })
            starts.append(rows.prefix(23).map(\.start))
        }
        #expect(starts[0] == starts[1])
    }

    @Test func theStartOfTheMachineIsDueOnce() async throws {
        let simulation = try Simulation(start: Self.start) { _ in 1 }
        try await simulation.setSchedules([(["cron": "@reboot"], [:])])
        for boot in ["one", "one", "two"] {
            try await simulation.timetable.noteBoot(boot, at: simulation.date)
            try await simulation.turn()
            try await simulation.run(until: simulation.now + 10)
            try await simulation.restart(after: 5)
        }
        #expect(try await simulation.occurrences().map(\.state) == [.ran, .ran])
    }

    @Test func whatAScheduleHadWaitingEndsWithIt() async throws {
        let simulation = try Simulation(start: Self.start) { _ in 1000 }
        try await simulation.setSchedules([(["every": 300.0], ["overlap": "queue"])])
        try await simulation.run(until: Self.start + 900)
        try await simulation.setSchedules([])
        try await simulation.run(until: Self.start + 4000)
        try await simulation.finish()
        let rows = try await simulation.occurrences()
        #expect(rows.allSatisfy { !OccurrenceState.open.contains($0.state) })
        #expect(rows.last?.state == .missed)
        #expect(rows.last?.reason?.contains("taken out") == true)
    }
}
