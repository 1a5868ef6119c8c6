import BrowserSupport
import Foundation
import Jinja
import OrderedCollections
import PythonSupport
import Testing

/// Charts as a browser shows them.
@Suite struct ChartPictureTests {
    private struct Picture: Sendable {
        var name: String
        var chart: String
        var rows: Value

        init(_ name: String, _ chart: String, _ rows: [Value]) {
            self.name = name
            self.chart = chart
            self.rows = .list(rows)
        }
    }

    private static let owls = ["barn", "snowy", "tawny", "little"]
    private static let long = "A name of many words that no axis has room for: number "

    private static func rows(_ count: Int, _ row: (Int) -> Mapping) -> [Value] {
        (0..<count).map { .mapping(row($0)) }
    }

    private static let pictures: [Picture] = [
        Picture(
            "bars", "kind: bar, x: owl, y: count, title: Owls",
            rows(4) { ["owl": .string(owls[$0]), "count": .integer(10 * ($0 + 1))] }),
        Picture("one bar", "kind: bar, x: owl, y: n", [["owl": "barn", "n": 3]]),
        Picture("no bars", "kind: bar, x: owl, y: n, title: Nothing", []),
        Picture("zeros", "kind: bar, x: owl, y: n", rows(3) { ["owl": .integer($0), "n": 0] }),
        Picture(
            "negative", "kind: bar, x: owl, y: [n, m]",
            rows(6) { ["owl": .string("o\($0)"), "n": .integer($0 * 20 - 50), "m": .integer(30 - $0 * 15)] }),
        Picture(
            "stacked", "kind: bar, x: owl, y: [n, m, k], stacked: true",
            rows(6) { ["owl": .string("o\($0)"), "n": .integer($0), "m": .integer(5 - 2 * $0), "k": 2] }),
        Picture(
            "sixty", "kind: bar, x: name, y: n, title: Sixty",
            rows(60) { ["name": .string(long + "\($0)"), "n": .integer($0 * $0)] }),
        Picture(
            "sixty small", "kind: bar, x: name, y: n, width: 400, height: 240",
            rows(60) { ["name": .string(long + "\($0)"), "n": .integer($0)] }),
        Picture("two hundred", "kind: bar, x: name", rows(200) { ["name": .integer($0)] }),
        Picture(
            "long few", "kind: bar, x: name, y: n", rows(5) { ["name": .string(long + "\($0)"), "n": .integer($0)] }),
        Picture(
            "signs", "kind: bar, x: name, y: n, title: 夜鷹と梟 🦉🦉, x_title: 名前, y_title: 数 🦉",
            rows(12) {
                [
                    "name": .string(["夜鷹", "🦉🦉🦉🦉", "梟の森の中", "WWWWWWWW", "قزم البوم"][$0 % 5] + "\($0)"),
                    "n": .integer($0),
                ]
            }),
        Picture(
            "capitals", "kind: bar, x: name, y: n", rows(10) { ["name": .string("WMWM@%\($0)"), "n": .integer($0)] }),
        Picture(
            "huge", "kind: bar, x: name, y: n", rows(5) { ["name": .integer($0), "n": .number(1.7e18 * Double($0))] }),
        Picture(
            "tiny", "kind: line, x: x, y: y",
            rows(9) { ["x": .number(Double($0) * 1e-9), "y": .number(2.5e-12 * Double($0))] }),
        Picture(
            "millions", "kind: line, x: x, y: y",
            rows(30) { ["x": .integer(1_000_000 * $0), "y": .integer(1_234_567 * $0)] }),
        Picture(
            "near", "kind: line, x: x, y: y",
            rows(9) { ["x": .integer($0), "y": .number(1_000_000 + Double($0) / 1000)] }),
        Picture(
            "days", "kind: line, x: day, y: [a, b], title: Days, y_title: Owls seen",
            rows(28) {
                [
                    "day": .string("2026-02-" + ($0 < 9 ? "0" : "") + "\($0 + 1)"), "a": .integer($0 % 7),
                    "b": .integer($0),
                ]
            }),
        Picture(
            "hours", "kind: scatter, x: at, y: n",
            rows(20) { ["at": .string("2026-02-01T\($0 < 10 ? "0" : "")\($0):30"), "n": .integer($0)] }),
        Picture("one point", "kind: line, x: x, y: y", [["x": 5, "y": 5]]),
        Picture("one date", "kind: scatter, x: x, y: y", [["x": "2026-02-01", "y": 5]]),
        Picture(
            "words", "kind: line, x: name, y: n", rows(30) { ["name": .string(long + "\($0)"), "n": .integer($0)] }),
        Picture(
            "many series", "kind: line, x: x, y: y, group: g, title: Sixteen",
            rows(160) { ["x": .integer($0 / 16), "y": .integer($0 % 16 + $0 / 16), "g": .string(long + "\($0 % 16)")] }),
        Picture(
            "cloud", "kind: scatter, x: x, y: y, group: g",
            rows(300) {
                ["x": .integer($0 * 7919 % 1009), "y": .integer($0 * 104_729 % 997 - 500), "g": .integer($0 % 3)]
            }),
        Picture(
            "histogram", "kind: histogram, x: x, title: Counted",
            rows(500) { ["x": .number(Double($0 * $0 % 491) / 7)] }),
        Picture("two hundred bins", "kind: histogram, x: x, bins: 200", rows(500) { ["x": .integer($0 * $0 % 491)] }),
        Picture(
            "smallest", "kind: bar, x: owl, y: [n, m], width: 320, height: 200, title: '\(long)'",
            rows(4) { ["owl": .string(owls[$0]), "n": .integer($0), "m": 2] }),
    ]

    /// What a browser finds in all pictures; `nil` where there is none.
    private static func found(dark: Bool = false) async throws -> [String: Value]? {
        var found: [String: Value]?
        try await ProjectFolder.with { project in
            var page = "<!DOCTYPE html><meta charset=\"utf-8\"><body>"
            for picture in pictures {
                let svg = try await ChartStepTests.picture(of: picture.chart, rows: picture.rows, in: project)
                page += "<div data-name=\"\(picture.name)\">\(svg)</div>"
            }
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "harness.js")
            page += "<script>\(try String(contentsOf: script, encoding: .utf8))</script>"
            try project.write(page, to: "page.html")
            if let folder = ProcessInfo.processInfo.environment["NIGHTJAR_KEEP_PICTURES"] {
                try Data(page.utf8).write(to: URL(filePath: folder).appending(path: "charts.html"))
            }
            guard let data = try Browser.findings(of: project.url.appending(path: "page.html"), dark: dark) else {
                print("skipped: chromium is not installed")
                return
            }
            let list = try #require(
                try Value(json: String(decoding: data, as: UTF8.self)).list, "\(String(decoding: data, as: UTF8.self))")
            found = Dictionary(list.map { ($0["name"]?.string ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        }
        return found
    }

    @Test func `every text is in the picture and meets no other, and marks are where the data say`() async throws {
        guard let found = try await Self.found() else { return }
        #expect(found.count == Self.pictures.count)
        for picture in Self.pictures {
            let chart = try #require(found[picture.name])
            #expect(chart["outside"] == [], "\(picture.name)")
            #expect(chart["met"] == [], "\(picture.name)")
            #expect((chart["texts"]?.list?.count ?? 0) > (picture.name == "no bars" ? 1 : 3), "\(picture.name)")
        }
        try Self.checkMarks(found)
        #expect(found["bars"]?["background"] == [255, 255, 255])
        #expect(found["bars"]?["bar"] == [0x00, 0x72, 0xB2])
    }

    @Test func `dark pages get dark charts`() async throws {
        guard let found = try await Self.found(dark: true) else { return }
        #expect(found["bars"]?["background"] == [0x16, 0x19, 0x1D])
        #expect(found["bars"]?["bar"] == [0x56, 0xA8, 0xE0])
    }

    private static func checkMarks(_ found: [String: Value]) throws {
        let bars = try #require(found["bars"]?["bars"]?.list).compactMap { $0["height"]?.number }
        #expect(bars.count == 4)
        for (place, height) in bars.enumerated() {
            #expect((height / Double(place + 1) - (bars.first ?? 0)).magnitude < 0.05, "\(bars)")
        }
        // Above and below zero the bars hang on one line.
        let negative = try #require(found["negative"]?["bars"]?.list)
        let zero = try #require(negative.first { $0["tooltip"]?.string == "o3, n: 10" })
        let base = (zero["y"]?.number ?? 0) + (zero["height"]?.number ?? 0)
        for bar in negative {
            let top = bar["y"]?.number ?? 0
            let isBelow = bar["tooltip"]?.string?.contains("\u{2212}") == true
            let edge = isBelow ? top : top + (bar["height"]?.number ?? 0)
            #expect((edge - base).magnitude < 0.05, "\(bar)")
        }
        // A stack is as high as its parts.
        let stack = try #require(found["stacked"]?["bars"]?.list).filter {
            $0["tooltip"]?.string?.hasPrefix("o1,") == true
        }
        #expect(stack.map { $0["height"]?.number ?? 0 }.reduce(0, +) > 0)
        for (lower, upper) in zip(stack, stack.dropFirst()) {
            let meeting = (upper["y"]?.number ?? 0) + (upper["height"]?.number ?? 0)
            #expect((meeting - (lower["y"]?.number ?? 0)).magnitude < 0.05)
        }
        // Days are evenly apart, and the higher value is higher up.
        let days = try #require(found["days"]?["dots"]?.list).filter { $0["tooltip"]?.string?.hasPrefix("b,") == true }
        let places = days.compactMap { $0["x"]?.number }
        #expect(places.count == 28)
        let gaps = zip(places, places.dropFirst()).map { $1 - $0 }
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) < 0.05)
        #expect(days.compactMap { $0["y"]?.number } == days.compactMap { $0["y"]?.number }.sorted(by: >))
    }
}
