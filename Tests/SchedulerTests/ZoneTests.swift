import Foundation
import Testing

@testable import Scheduler

/// The rules of time zones as the machine's files have them.
@Suite struct ZoneTests {
    @Test(arguments: [
        "Europe/Lisbon", "Europe/Dublin", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Sao_Paulo",
        "America/Anchorage", "Asia/Tokyo", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe", "Australia/Sydney",
        "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "Africa/Johannesburg", "Africa/Casablanca", "Etc/GMT+12",
    ])
    func offsetsAreThoseOfFoundation(identifier: String) throws {
        let rules = try #require(ZoneDatabase.system.rules(identifier))
        let zone = try #require(TimeZone(identifier: identifier))
        let (start, end) = (try seconds("1970-01-01T00:00:00Z"), try seconds("2060-01-01T00:00:00Z"))
        var different: [String] = []
        // By eleven hours, so that each hour of the day comes.
        for moment in stride(from: start, to: end, by: 39_600)
        where rules.offset(at: moment) != zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment))) {
            different.append(rules.written(moment))
        }
        #expect(different.isEmpty, "\(different.count): \(different.prefix(5))")
    }

    @Test func offsetsChangeAtTheSecondThatFoundationNames() throws {
        for identifier in ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin"] {
            let rules = try #require(ZoneDatabase.system.rules(identifier))
            let zone = try #require(TimeZone(identifier: identifier))
            var moment = Date(timeIntervalSince1970: TimeInterval(try seconds("2020-01-01T00:00:00Z")))
            for _ in 0..<60 {
                moment = try #require(zone.nextDaylightSavingTimeTransition(after: moment))
                let second = Int(moment.timeIntervalSince1970)
                #expect(rules.offset(at: second) == zone.secondsFromGMT(for: moment))
                #expect(rules.offset(at: second - 1) == zone.secondsFromGMT(for: moment.addingTimeInterval(-1)))
                #expect(rules.offset(at: second) != rules.offset(at: second - 1))
            }
        }
    }

    @Test(
        arguments: [
            // Half an hour of summer time.
            ("Australia/Lord_Howe", "2026-01-15T00:00:00Z", 39_600),
            ("Australia/Lord_Howe", "2026-07-15T00:00:00Z", 37_800),
            ("Australia/Lord_Howe", "2050-01-15T00:00:00Z", 39_600),
            // Two hours of it.
            ("Antarctica/Troll", "2026-01-15T00:00:00Z", 0), ("Antarctica/Troll", "2050-07-15T00:00:00Z", 7200),
            // The standard time is that of summer: it is winter that is set otherwise.
            ("Europe/Dublin", "2050-01-15T00:00:00Z", 0), ("Europe/Dublin", "2050-07-15T00:00:00Z", 3600),
            ("Europe/Dublin", "2050-03-27T00:59:59Z", 0), ("Europe/Dublin", "2050-03-27T01:00:00Z", 3600),
            // Only the month of fasting has another time.
            ("Africa/Casablanca", "2023-04-01T00:00:00Z", 0), ("Africa/Casablanca", "2023-06-15T00:00:00Z", 3600),
            // There was no 30 December 2011.
            ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000), ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
            // Not of full minutes.
            ("Africa/Monrovia", "1971-01-01T00:00:00Z", -2670),
        ] as [(String, String, Int)])
    func zonesOfTheirOwnKind(identifier: String, moment: String, offset: Int) throws {
        let rules = try #require(ZoneDatabase.system.rules(identifier))
        #expect(rules.offset(at: try seconds(moment)) == offset)
    }

    @Test func allFilesOfTheMachineAreRead() {
        let identifiers = ZoneDatabase.system.identifiers()
        #expect(identifiers.count > 300)
        #expect(identifiers.contains("Europe/Lisbon"))
        #expect(!identifiers.contains { $0.hasPrefix("right/") || $0.hasPrefix("posix") })
        for identifier in identifiers {
            #expect(ZoneDatabase.system.rules(identifier)?.identifier == identifier, "\(identifier)")
        }
    }

    @Test func identifiersThatAreNoneOrLeaveTheFolderAreNotRead() throws {
        let folder = try ZoneTestFolder()
        try folder.write("outside", Data(contentsOf: URL(filePath: ZoneTestFolder.lisbon)))
        let zones = ZoneDatabase(folders: [folder.path("zoneinfo")])
        try folder.write("zoneinfo/Test/Home", Data(contentsOf: URL(filePath: ZoneTestFolder.lisbon)))
        #expect(zones.rules("Test/Home")?.identifier == "Test/Home")
        for identifier in [
            "", "/", "Test", "Test/", "/Test/Home", "Test//Home", "../outside", "Test/../../outside",
            "Test/../Test/Home",
            "./Test/Home", folder.path("outside"), ZoneTestFolder.lisbon, "Test/Home\u{0}", "Test/Home ",
            "Mars/Olympus",
        ] {
            #expect(zones.rules(identifier) == nil, "\(identifier)")
        }
        #expect(zones.identifiers() == ["Test/Home"])
    }

    @Test func coordinatedTimeIsThereWithoutAFileAndFoundationKnowsTheRestWithoutAFolder() throws {
        let folder = try ZoneTestFolder()
        for identifier in ["UTC", "Etc/UTC", "GMT"] {
            let rules = try #require(ZoneDatabase(folders: [folder.path("")]).rules(identifier))
            #expect(rules.identifier == identifier)
            #expect(rules.offset(at: 1_800_000_000) == 0)
        }
        // There is a folder: what it does not have is not there.
        #expect(ZoneDatabase(folders: [folder.path("")]).rules("Europe/Lisbon") == nil)
        let zones = ZoneDatabase(folders: [folder.path("nowhere")], localTime: folder.path("nothing"), environment: [:])
        let rules = try #require(zones.rules("Europe/Lisbon"))
        let known = try #require(ZoneDatabase.system.rules("Europe/Lisbon"))
        for moment in stride(from: 0, to: try seconds("2060-01-01T00:00:00Z"), by: 86_400) {
            #expect(rules.offset(at: moment) == known.offset(at: moment))
        }
        #expect(zones.rules("Mars/Olympus") == nil)
        #expect(zones.identifiers().contains("Europe/Lisbon"))
        #expect(zones.local() == .utc)
    }

    @Test func aFileThatIsReplacedIsNoticedAtTheNextComputation() throws {
        let folder = try ZoneTestFolder()
        let zones = ZoneDatabase(folders: [folder.path("zoneinfo")])
        let cron = try CronExpression("30 2 * * *")
        let start = try seconds("2027-06-01T12:00:00Z")
        func next() -> String? {
            zones.rules("Test/Home").flatMap { rules in cron.next(after: start, in: rules).map(rules.written) }
        }
        try folder.write("zoneinfo/Test/Home", ZoneTestFile(footer: "<+01>-1").data)
        #expect(next() == "2027-06-02T02:30:00+01:00")
        #expect(next() == "2027-06-02T02:30:00+01:00")
        // Of the same length, by a file that takes its place, as package managers do.
        try folder.write("zoneinfo/Test/Home", ZoneTestFile(footer: "<+03>-3").data)
        #expect(next() == "2027-06-02T02:30:00+03:00")
        // In place.
        let file = try FileHandle(forWritingTo: URL(filePath: folder.path("zoneinfo/Test/Home")))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: ZoneTestFile(footer: "<-0330>3:30").data)
        try file.close()
        #expect(next() == "2027-06-02T02:30:00-03:30")
        // Cut off, and whole again.
        try folder.write("zoneinfo/Test/Home", ZoneTestFile(footer: "<+01>-1").data.dropLast(3))
        #expect(next() == nil)
        try folder.write("zoneinfo/Test/Home", ZoneTestFile(footer: "<+01>-1").data)
        #expect(next() == "2027-06-02T02:30:00+01:00")
        try FileManager.default.removeItem(atPath: folder.path("zoneinfo/Test/Home"))
        #expect(next() == nil)
    }

    @Test(
        arguments: [
            ("Europe/Lisbon", "Europe/Lisbon", 3600), (":Europe/Lisbon", "Europe/Lisbon", 3600),
            ("EST5EDT4,M3.2.0,M11.1.0", "EST5EDT4,M3.2.0,M11.1.0", -14_400),
            (":<+0330>-3:30", "<+0330>-3:30", 12_600), ("", "UTC", 0), (":", "UTC", 0), ("Mars/Olympus", "UTC", 0),
            (ZoneTestFolder.lisbon, "Europe/Lisbon", 3600), (":\(ZoneTestFolder.lisbon)", "Europe/Lisbon", 3600),
            (":/nowhere/at/all", "UTC", 0),
        ] as [(String, String, Int)])
    func theMachinesZoneIsThatOfTheEnvironment(variable: String, identifier: String, offset: Int) throws {
        // A file that would say otherwise.
        let folder = try ZoneTestFolder()
        try folder.write("localtime", ZoneTestFile(footer: "<+09>-9").data)
        let zones = ZoneDatabase(localTime: folder.path("localtime"), environment: ["TZ": variable])
        #expect(zones.local().identifier == identifier)
        #expect(zones.local().offset(at: try seconds("2027-07-01T00:00:00Z")) == offset)
    }

    @Test func theMachinesZoneIsThatOfTheLinkAndFollowsIt() throws {
        let folder = try ZoneTestFolder()
        let zones = ZoneDatabase(
            folders: [folder.path("zoneinfo")], localTime: folder.path("localtime"), environment: [:])
        #expect(zones.local() == .utc)
        try folder.write("zoneinfo/Test/East", ZoneTestFile(footer: "<+03>-3").data)
        try folder.write("zoneinfo/Test/West", ZoneTestFile(footer: "<-03>3").data)
        try folder.link("localtime", to: folder.path("zoneinfo/Test/East"))
        #expect(zones.local().identifier == "Test/East")
        #expect(zones.local().offset(at: 0) == 10_800)
        try folder.link("localtime", to: "zoneinfo/Test/West")
        #expect(zones.local().identifier == "Test/West")
        #expect(zones.local().offset(at: 0) == -10_800)
        try folder.write("zoneinfo/Test/West", ZoneTestFile(footer: "<-04>4").data)
        #expect(zones.local().offset(at: 0) == -14_400)
        // A copy has no name.
        try folder.write("localtime", ZoneTestFile(footer: "<+05>-5").data)
        #expect(zones.local().offset(at: 0) == 18_000)
        try folder.write("localtime", ZoneTestFile(footer: "<+06>-6").data)
        #expect(zones.local().offset(at: 0) == 21_600)
    }
}

/// Files of the time-zone database, whole and damaged, and the rule in their last line.
@Suite struct ZoneFileTests {
    private static let folder = "/usr/share/zoneinfo"

    @Test(
        arguments: [
            ("UTC0", "2027-07-01T00:00:00Z", 0), ("JST-9", "2027-07-01T00:00:00Z", 32_400),
            ("<+0330>-3:30", "2027-07-01T00:00:00Z", 12_600), ("<-00>0:00:01", "2027-07-01T00:00:00Z", -1),
            // The second Sunday in March and the first in November, at two.
            ("EST5EDT,M3.2.0,M11.1.0", "2027-03-14T06:59:59Z", -18_000),
            ("EST5EDT,M3.2.0,M11.1.0", "2027-03-14T07:00:00Z", -14_400),
            ("EST5EDT,M3.2.0,M11.1.0", "2027-11-07T05:59:59Z", -14_400),
            ("EST5EDT,M3.2.0,M11.1.0", "2027-11-07T06:00:00Z", -18_000),
            // South of the equator the year begins in summer.
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-01-01T00:00:00Z", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-12-31T23:59:59Z", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-04-03T15:59:59Z", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-04-03T16:00:00Z", 36_000),
            // On the day before, and two days after.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2027-03-28T00:59:59Z", -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2027-03-28T01:00:00Z", -3600),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2027-03-27T00:00:00Z", 10_800),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2027-03-26T23:59:59Z", 7200),
            // The sixtieth day is 1 March by the one count, also in a leap year; by the other it is 29 February.
            ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0), ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600),
            ("AAA0BBB,J60/0,J300/0", "2027-03-01T00:00:00Z", 3600),
            ("AAA0BBB,59/0,300/0", "2028-02-28T23:59:59Z", 0), ("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600),
            ("AAA0BBB,59/0,300/0", "2027-02-28T23:59:59Z", 0), ("AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z", 3600),
            // Summer time all year.
            ("XXX3EDT4,0/0,J365/23", "2027-12-31T23:59:59Z", -14_400),
            ("XXX3EDT4,0/0,J365/23", "2028-01-01T03:00:00Z", -14_400),
            ("XXX3EDT4,0/0,J365/23", "2028-07-01T00:00:00Z", -14_400),
            // As early and as late as there is.
            ("AAA0BBB,M7.1.1/-167,M9.1.1/167", "2027-06-28T00:59:59Z", 0),
            ("AAA0BBB,M7.1.1/-167,M9.1.1/167", "2027-06-28T01:00:00Z", 3600),
            ("AAA0BBB,M7.1.1/-167,M9.1.1/167", "2027-09-12T21:59:59Z", 3600),
            ("AAA0BBB,M7.1.1/-167,M9.1.1/167", "2027-09-12T22:00:00Z", 0),
        ] as [(String, String, Int)])
    func whatFootersSay(text: String, moment: String, offset: Int) throws {
        let footer = try #require(ZoneFooter(text))
        #expect(footer.offset(at: try seconds(moment)) == offset)
    }

    @Test(arguments: [
        "", "A", "AB3", "ABC", "<+03", "<+03>", "ABC+", "ABC25", "ABC1:60", "ABC1:", "ABC1 ", "ABC1DEF", "ABC1DEF2",
        "ABC1DEF,", "ABC1DEF,M3.2.0", "ABC1DEF,M3.2.0,", "ABC1DEF,M13.2.0,M11.1.0", "ABC1DEF,M3.6.0,M11.1.0",
        "ABC1DEF,M3.0.0,M11.1.0", "ABC1DEF,M3.2.7,M11.1.0", "ABC1DEF,M3.2,M11.1.0", "ABC1DEF,J0,J1", "ABC1DEF,J366,J1",
        "ABC1DEF,366,1", "ABC1DEF,M3.2.0/168,M11.1.0", "ABC1DEF,M3.2.0/-168,M11.1.0", "ABC1DEF,M3.2.0,M11.1.0,",
        "ABC1DEF,M3.2.0,M11.1.0x", "ABC99999999999999999999", "\u{0}", "Mars/Olympus",
    ])
    func whatIsNoFooter(text: String) {
        #expect(ZoneFooter(text) == nil)
    }

    @Test(arguments: [UInt8(0), 50, 51, 52]) func allVersionsAreRead(version: UInt8) throws {
        let file = ZoneTestFile(
            version: version, offsets: [1050, 3600, 7200], transitions: [(-1_000_000_000, 1), (1_000_000_000, 2)],
            footer: "<+01>-1")
        let rules = try #require(ZoneFile.rules([UInt8](file.data), named: "Test/Home"))
        #expect(rules.offset(at: -1_000_000_001) == 1050)
        #expect(rules.offset(at: -1_000_000_000) == 3600)
        #expect(rules.offset(at: 999_999_999) == 3600)
        // The first version has no footer: the last offset stays.
        #expect(rules.offset(at: 1_000_000_000) == (version == 0 ? 7200 : 3600))
        #expect(rules.offset(at: 8_000_000_000) == (version == 0 ? 7200 : 3600))
    }

    @Test func aFileWithoutChangesHoldsToItsFooterOrItsOneOffset() throws {
        let summer = try #require(
            ZoneFile.rules([UInt8](ZoneTestFile(footer: "EST5EDT,M3.2.0,M11.1.0").data), named: "Test/Home"))
        #expect(summer.offset(at: try seconds("2027-07-01T00:00:00Z")) == -14_400)
        let plain = try #require(ZoneFile.rules([UInt8](ZoneTestFile(offsets: [-2670]).data), named: "Test/Home"))
        #expect(plain.offset(at: 0) == -2670)
        let last = try #require(
            ZoneFile.rules(
                [UInt8](ZoneTestFile(offsets: [0, 3600], transitions: [(5, 1)]).data), named: "Test/Home"))
        #expect(last.offset(at: 6) == 3600)
    }

    @Test(
        arguments: [
            (
                "transitions that do not rise",
                ZoneTestFile(offsets: [0, 1], transitions: [(5, 1), (5, 0)], footer: "A")
            ),
            ("an offset that is not there", ZoneTestFile(offsets: [0, 1], transitions: [(5, 2)])),
            ("no offsets", ZoneTestFile(offsets: [])),
            ("offsets of more than a week", ZoneTestFile(offsets: [Int(Int32.min)])),
            ("a footer that is none", ZoneTestFile(footer: "Nowhere")),
            ("a footer without an end", ZoneTestFile(footer: "UTC0", end: "")),
            ("no footer at all", ZoneTestFile(footer: "", end: "")),
        ])
    private func whatIsNoFile(what: String, file: ZoneTestFile) {
        #expect(ZoneFile.rules([UInt8](file.data), named: "Test/Home") == nil, "\(what)")
    }

    @Test(arguments: ["Europe/Lisbon", "Europe/Dublin", "Asia/Tokyo", "Etc/UTC"])
    func aFileThatIsCutOffIsNone(identifier: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(Self.folder)/\(identifier)")))
        #expect(ZoneFile.rules(bytes, named: identifier) != nil)
        for count in bytes.indices {
            let isRead = ZoneFile.rules(Array(bytes.prefix(count)), named: identifier) != nil
            #expect(!isRead, "\(count)")
        }
    }

    @Test(arguments: ["Europe/Lisbon", "Australia/Lord_Howe", "Etc/UTC"])
    func aDamagedFileIsNoneOrGivesAnAnswer(identifier: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(Self.folder)/\(identifier)")))
        let fixed = try CronExpression("30 2 29 2 *")
        let following = try CronExpression("*/20 2 * * 1#1")
        let starts = try [seconds("1970-01-01T00:00:00Z"), seconds("2026-03-28T12:00:00Z")]
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] ^= mask
                guard let rules = ZoneFile.rules(damaged, named: identifier) else { continue }
                for start in starts {
                    #expect(abs(rules.offset(at: start)) < 7 * 86_400)
                    for expression in [fixed, following] {
                        if let next = expression.next(after: start, in: rules) { #expect(next > start) }
                    }
                }
            }
        }
    }

    @Test func noiseIsNoFile() {
        var random = SystemRandomNumberGenerator()
        for count in 0..<400 {
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(ZoneFile.rules(noise, named: "Test/Home") == nil)
            // Behind the right word too; there it may be a file by chance.
            _ = ZoneFile.rules(Array("TZif2".utf8) + noise, named: "Test/Home")
        }
    }

    @Test func whatTheClockShowsComesBackFromItsMoment() throws {
        for identifier in [
            "Europe/Lisbon", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Monrovia", "Antarctica/Troll",
        ] {
            let rules = try #require(ZoneDatabase.system.rules(identifier))
            for moment in stride(from: 0, to: try seconds("2040-01-01T00:00:00Z"), by: 4513) {
                let local = moment + rules.offset(at: moment)
                let found = rules.instant(ofLocal: local)
                // Where the clock shows it twice, the first time.
                #expect(found <= moment && found + rules.offset(at: found) == local, "\(identifier) \(moment)")
            }
        }
    }

    @Test(
        arguments: [
            ("Europe/Lisbon", "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Lisbon", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"),
            ("Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z"),
            ("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z"),
            // From 44 and a half minutes behind to none: the first full minute after it.
            ("Africa/Monrovia", "1972-01-07T00:10:00Z", "1972-01-07T00:45:00Z"),
        ] as [(String, String, String)])
    func timesThatTheClockNeverOrTwiceShows(identifier: String, local: String, expected: String) throws {
        let rules = try #require(ZoneDatabase.system.rules(identifier))
        #expect(ZoneRules.utc.written(rules.instant(ofLocal: try seconds(local))) == expected)
    }

    @Test func offsetsThatAreNotOfFullMinutesKeepToTheClock() throws {
        let rules = try #require(ZoneDatabase.system.rules("Africa/Monrovia"))
        for (cron, expected) in [
            ("*/30 * * * *", ["23:30:00", "01:00:00", "01:30:00"]),
            ("0 * * * *", ["01:00:00", "02:00:00", "03:00:00"]),
            ("30 0 * * *", ["00:45:00", "00:30:00", "00:30:00"]),
        ] {
            let expression = try CronExpression(cron)
            let start = try seconds("1972-01-07T00:00:00Z")
            let found = sequence(first: start) { expression.next(after: $0, in: rules) }.dropFirst().prefix(3)
            #expect(found.map { String(rules.written($0).dropFirst(11).prefix(8)) } == expected, "\(cron)")
        }
    }
}

/// A folder for a test, gone with it.
private final class ZoneTestFolder {
    static let lisbon = "/usr/share/zoneinfo/Europe/Lisbon"

    private let url = FileManager.default.temporaryDirectory.appending(path: "nightjar-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    /// By a file that takes the place of the one there is.
    func write(_ name: String, _ data: Data) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Atomic writing would go where a link leads.
        try? FileManager.default.removeItem(at: file)
        try data.write(to: file, options: .atomic)
    }

    func link(_ name: String, to target: String) throws {
        try? FileManager.default.removeItem(atPath: path(name))
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }
}

/// A file of the time-zone database as a test wants it.
private struct ZoneTestFile: Sendable {
    /// 0 for the first; then a digit, as in the file.
    var version: UInt8 = 50
    var offsets = [0]
    var transitions: [(at: Int, index: UInt8)] = []
    var footer = ""
    var end = "\n"

    var data: Data {
        guard version != 0 else { return block(wide: false) }
        // What is for old programs may be empty but for one offset.
        let old = ZoneTestFile(version: version, offsets: [0]).block(wide: false)
        return old + block(wide: true) + Data("\n\(footer)\(end)".utf8)
    }

    private func block(wide: Bool) -> Data {
        var data = Data("TZif".utf8) + [version] + Data(count: 15)
        for count in [0, 0, 0, transitions.count, offsets.count, 4] { append(count, 4, to: &data) }
        for transition in transitions { append(transition.at, wide ? 8 : 4, to: &data) }
        data += transitions.map(\.index)
        for offset in offsets {
            append(offset, 4, to: &data)
            data += [0, 0]
        }
        return data + Data("ABC\u{0}".utf8)
    }

    private func append(_ number: Int, _ size: Int, to data: inout Data) {
        for place in (0..<size).reversed() { data.append(UInt8(truncatingIfNeeded: number >> (place * 8))) }
    }
}
