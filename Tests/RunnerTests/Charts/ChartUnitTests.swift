import Foundation
import Testing

@testable import Runner

/// The parts of a chart that are numbers and texts.
@Suite struct ChartUnitTests {
    @Test(arguments: [
        (0.0, 9.3, 5, [0.0, 2, 4, 6, 8, 10], ["0", "2", "4", "6", "8", "10"]),
        (0, 0.3, 3, [0, 0.1, 0.2, 0.3], ["0", "0.1", "0.2", "0.3"]),
        (-40, 60, 5, [-40, -20, 0, 20, 40, 60], ["−40", "−20", "0", "20", "40", "60"]),
        (0, 1_234_567, 4, [0, 500_000, 1_000_000, 1_500_000], ["0", "0.5M", "1.0M", "1.5M"]),
        (0, 40_000, 4, [0, 10_000, 20_000, 30_000, 40_000], ["0", "10k", "20k", "30k", "40k"]),
        (1990, 2010, 4, [1990, 1995, 2000, 2005, 2010], ["1990", "1995", "2000", "2005", "2010"]),
        (0, 3e-7, 3, [0, 1e-7, 2e-7, 3e-7], ["0", "1e−7", "2e−7", "3e−7"]),
        (0, 4e18, 4, [0, 1e18, 2e18, 3e18, 4e18], ["0", "1e18", "2e18", "3e18", "4e18"]),
        (5, 5, 2, [4.5, 5, 5.5], ["4.5", "5.0", "5.5"]),
        (0, 0, 2, [-1, 0, 1], ["−1", "0", "1"]),
    ])
    func `axes have round marks and short names for them`(
        low: Double, high: Double, marks: Int, ticks: [Double], labels: [String]
    ) {
        let scale = ChartScale(low...high, marks: marks)
        #expect(scale.ticks == ticks)
        #expect(scale.low <= low && scale.high >= high)
        #expect(ChartNumbers.labels(scale.ticks) == labels)
    }

    @Test func `the names of marks differ, however near together they are`() {
        for exponent in -120...120 {
            for range in [0...1.0, 1...1.000_01, -3...7.5] {
                let factor = pow(10, Double(exponent))
                let scale = ChartScale(range.lowerBound * factor...range.upperBound * factor, marks: 6)
                let labels = ChartNumbers.labels(scale.ticks)
                #expect((2...14).contains(labels.count), "\(range) 1e\(exponent)")
                #expect(Set(labels).count == labels.count, "\(labels)")
                #expect(labels.allSatisfy { $0.count <= 16 }, "\(labels)")
            }
        }
    }

    @Test(arguments: [
        (1e-320, 1e-320), (-2e-308, 0), (1.5e-320, 2e-320), (-1.5e-320, 2e-320), (0, 5e-324), (-1e300, 1e300),
    ])
    func `numbers at the ends of what there is have an axis`(low: Double, high: Double) {
        let scale = ChartScale(low...high, marks: 6)
        #expect((2...14).contains(scale.ticks.count))
        #expect(scale.low.isFinite && scale.high.isFinite && scale.low < scale.high)
        #expect([HistogramBin]([low, high]).reduce(0) { $0 + $1.count } == 2)
        #expect([HistogramBin]([low, high], wanted: 5).reduce(0) { $0 + $1.count } == 2)
    }

    @Test func `large numbers that are near together stay apart`() {
        let scale = ChartScale(1_700_000_000_000...1_700_000_001_000, marks: 5)
        #expect(scale.high - scale.low <= 2000)
        #expect(Set(ChartNumbers.labels(scale.ticks)).count == scale.ticks.count)
        #expect([HistogramBin]([1_700_000_000_000, 1_700_000_000_500, 1_700_000_001_000], wanted: 5).count == 5)
    }

    @Test(arguments: [
        ("2026-03-01", 1_772_323_200.0), ("2026-03", 1_772_323_200), ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01 01:00:00.5+01:00", 0.5), ("1969-12-31T23:59", -60), ("2000-02-29", 951_782_400),
    ])
    func `dates are read`(text: String, seconds: Double) {
        #expect(ChartDates.seconds(text) == seconds)
    }

    @Test(arguments: ["2026", "2026-13-01", "2026-02-29", "01.03.2026", "2026-03-01T25:00", "2026-03-١٢", "soon", ""])
    func `what is no date is not read as one`(text: String) {
        #expect(ChartDates.seconds(text) == nil)
    }

    @Test(arguments: [
        ("2026-01-01", "2026-12-31", 4, ["2026-01", "2026-04", "2026-07", "2026-10"]),
        ("2019-05-05", "2026-01-01", 8, ["2020", "2021", "2022", "2023", "2024", "2025", "2026"]),
        ("2026-02-27", "2026-03-02", 5, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]),
        (
            "2026-03-01T00:00", "2026-03-01T12:00", 5,
            ["03-01 00:00", "03-01 03:00", "03-01 06:00", "03-01 09:00", "03-01 12:00"]
        ),
        ("2026-03-03", "2026-03-24", 5, ["2026-03-09", "2026-03-16", "2026-03-23"]),
    ])
    func `marks of dates are where the calendar has its beginnings`(
        from: String, to: String, marks: Int, labels: [String]
    ) throws {
        let low = try #require(ChartDates.seconds(from))
        let high = try #require(ChartDates.seconds(to))
        #expect(ChartDates.scale(low...high, marks: marks).labels == labels)
    }

    @Test func `every day of four centuries is the same after a walk through the calendar`() {
        for day in stride(from: -80_000, to: 80_000, by: 7) {
            let (year, month, dayOfMonth) = ChartDates.civil(day)
            #expect(ChartDates.days(year, month, dayOfMonth) == day)
        }
    }

    @Test func `bins hold every value once, the lower bound included`() {
        let bins = [HistogramBin]([0, 1, 1.5, 2, 4], wanted: 4)
        #expect(bins.map(\.count) == [1, 2, 1, 1])
        #expect(bins.first?.low == 0 && bins.last?.high == 4)
        let many = (0..<1000).map { Double($0 * $0 % 977) / 10 }
        for wanted in [nil, 1, 7, 200] {
            let bins = [HistogramBin](many, wanted: wanted)
            #expect(bins.reduce(0) { $0 + $1.count } == 1000)
            for bin in bins {
                let inside = many.count { $0 >= bin.low - 1e-9 && $0 < bin.high - 1e-9 }
                #expect(bin.count == inside || bin == bins.last, "\(bin)")
            }
        }
    }

    @Test func `the number of bins follows Freedman and Diaconis, and Sturges where the middle is one value`() {
        let even = (0..<1000).map { Double($0) }
        #expect([HistogramBin].usualCount(even) == 10)
        #expect([HistogramBin].usualCount(Array(repeating: 5, count: 60) + [6, 7, 8, 9]) == 7)
        #expect([HistogramBin](even).map(\.low) == stride(from: 0, to: 1000, by: 100).map { Double($0) })
        #expect([HistogramBin]([3, 3, 3]).map(\.count) == [3])
        #expect([HistogramBin]([]).isEmpty)
    }

    @Test func `whole numbers have no bins without any`() {
        let bins = [HistogramBin]((0..<200).map { Double($0 % 6) })
        #expect(bins.map(\.low) == [0, 1, 2, 3, 4, 5])
    }

    @Test func `texts are cut to their room, and lose what XML does not take`() {
        #expect(ChartText.shortened("short", to: 100, size: 11) == "short")
        let cut = ChartText.shortened(String(repeating: "word ", count: 40), to: 100, size: 11)
        #expect(cut.hasPrefix("word") && cut.contains("…") && ChartText.width(cut, size: 11) <= 100)
        #expect(ChartText.shortened("A name of many words, number 12", to: 100, size: 11).hasSuffix("r 12"))
        #expect(ChartText.width(ChartText.shortened("🦉🦉🦉", to: 12, size: 11), size: 11) <= 12)
        #expect(ChartText.line("a\nb\u{0}c\u{202E}d\u{FFFF}") == "a bcd")
    }
}
