import Foundation
import Testing

@testable import Scheduler

/// What cron expressions mean, and what is none.
@Suite struct CronTests {
    private func times(_ cron: String, _ zone: String, after start: String, count: Int) throws -> [String] {
        let expression = try CronExpression(cron)
        let zone = try #require(ZoneDatabase.system.rules(zone))
        var moment = Int(try Date(start, strategy: .iso8601).timeIntervalSince1970)
        var found: [String] = []
        while found.count < count, let next = expression.next(after: moment, in: zone) {
            found.append(String(ZoneRules.utc.written(next).dropFirst(5).dropLast(4)))
            moment = next
        }
        return found
    }

    @Test(
        arguments: [
            // 29 March 2026, Lisbon: 01:00 is 02:00.
            ("30 1 * * *", "2026-03-28T12:00:00Z", ["03-29T01:00", "03-30T00:30"]),
            ("0,15,30 1 * * *", "2026-03-28T12:00:00Z", ["03-29T01:00", "03-30T00:00", "03-30T00:15"]),
            ("*/30 * * * *", "2026-03-29T00:00:00Z", ["03-29T00:30", "03-29T01:00", "03-29T01:30"]),
            ("30 * * * *", "2026-03-29T00:00:00Z", ["03-29T00:30", "03-29T01:30", "03-29T02:30"]),
            // 25 October 2026: 02:00 is 01:00 again.
            ("30 1 * * *", "2026-10-24T12:00:00Z", ["10-25T00:30", "10-26T01:30"]),
            ("30 * * * *", "2026-10-24T23:00:00Z", ["10-24T23:30", "10-25T00:30", "10-25T01:30", "10-25T02:30"]),
            (
                "*/30 1 * * *", "2026-10-24T20:00:00Z",
                ["10-25T00:00", "10-25T00:30", "10-25T01:00", "10-25T01:30", "10-26T01:00"]
            ),
        ] as [(String, String, [String])])
    func changesOfTheClocks(cron: String, start: String, expected: [String]) throws {
        #expect(try times(cron, "Europe/Lisbon", after: start, count: expected.count) == expected)
    }

    @Test func aFixedTimeThatIsAskedForInTheHourThatComesTwiceIsOver() throws {
        #expect(
            try times("30 1 * * *", "Europe/Lisbon", after: "2026-10-25T01:10:00Z", count: 1) == ["10-26T01:30"])
    }

    @Test func aChangeOfHalfAnHourLeavesWholeHoursWhole() throws {
        // 5 April 2026, Lord Howe: 02:00 is 01:30 again. 04:00 is 17:30 UTC.
        #expect(
            try times("*/20 4 * * *", "Australia/Lord_Howe", after: "2026-04-04T12:00:00Z", count: 4)
                == ["04-04T17:30", "04-04T17:50", "04-04T18:10", "04-05T17:30"])
        // 4 October 2026: 02:00 is 02:30.
        #expect(
            try times("15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03T12:00:00Z", count: 2)
                == ["10-03T15:30", "10-04T15:15"])
        #expect(
            try times("*/15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03T12:00:00Z", count: 3)
                == ["10-03T15:30", "10-03T15:45", "10-04T15:00"])
    }

    @Test(
        arguments: [
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", ["02-29T00:00"]),
            ("0 0 L * *", "2026-02-01T00:00:00Z", ["02-28T00:00", "03-31T00:00"]),
            ("0 0 LW * *", "2026-01-01T00:00:00Z", ["01-30T00:00", "02-27T00:00", "03-31T00:00"]),
            ("0 0 * * 5L", "2026-01-01T00:00:00Z", ["01-30T00:00", "02-27T00:00"]),
            ("0 0 * * 1#2", "2026-01-01T00:00:00Z", ["01-12T00:00", "02-09T00:00"]),
            ("0 0 13 * 5", "2026-01-01T00:00:00Z", ["01-02T00:00", "01-09T00:00", "01-13T00:00"]),
            ("0 0 */2 * 1", "2026-01-01T00:00:00Z", ["01-05T00:00", "01-19T00:00"]),
            ("59 23 31 12 *", "2026-01-01T00:00:00Z", ["12-31T23:59", "12-31T23:59"]),
            ("0 0 * * 7", "2026-01-01T00:00:00Z", ["01-04T00:00"]),
            ("0 12 * JAN mon-wed", "2026-01-01T00:00:00Z", ["01-05T12:00"]),
            ("@hourly", "2026-01-01T00:00:01Z", ["01-01T01:00"]), ("@weekly", "2026-01-01T00:00:00Z", ["01-04T00:00"]),
            ("@Monthly", "2026-01-01T00:00:00Z", ["02-01T00:00"]), ("@yearly", "2026-01-01T00:00:00Z", ["01-01T00:00"]),
        ] as [(String, String, [String])])
    func daysOfTheCalendar(cron: String, start: String, expected: [String]) throws {
        #expect(try times(cron, "UTC", after: start, count: expected.count) == expected)
    }

    @Test(
        arguments: [
            ("0 0 31 2 *", "no day is ever one of"), ("0 0 30,31 2 *", "no day is ever one of"),
            ("0 0 31 4,6,9,11 *", "no day is ever one of"),
            ("60 * * * *", "the minute is a number from 0 to 59, not `60`"),
            ("* 24 * * *", "the hour is a number from 0 to 23, not `24`"),
            ("* * 0 * *", "the day of the month is a number"),
            ("* * * 13 *", "the month is a number from 1 to 12, or a word from `jan`, not `13`"),
            ("* * * * 8", "the day of the week"),
            ("* * * *", "has 4"), ("* * * * * *", "has 6"), ("", "has 0"), ("@nightly", "there is @annually"),
            ("5-1 * * * *", "goes from the lesser to the greater"), ("*/0 * * * *", "at least 1"),
            ("1, * * * *", "not ``"),
            ("+1 * * * *", "not `+1`"), ("-1 * * * *", "not ``"), ("* * * * 1#6", "from 1 to 5"),
            ("* * * * L", "not `L`"),
            ("99999999999999999999 * * * *", "not `99999999999999999999`"), ("* * * * MONL", "not `MONL`"),
        ] as [(String, String)])
    func whatIsNoScheduleIsToldInASentence(cron: String, message: String) {
        let error = #expect(throws: CronError.self) { try CronExpression(cron) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func daysOfTheCalendarAreThoseOfFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for days in stride(from: -200_000, to: 200_000, by: 37) {
            let date = CivilDate(daysSince1970: days)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: TimeInterval(days) * 86_400))
            // Foundation changes to the Julian calendar before 1582.
            guard date.year > 1583 else { continue }
            #expect(date == CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
            #expect(date.weekday + 1 == parts.weekday)
            #expect(date.daysSince1970 == days)
            #expect(date.next == CivilDate(daysSince1970: days + 1))
        }
    }
}
