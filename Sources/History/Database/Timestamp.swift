internal import Foundation

/// Times as the record keeps them: `2026-11-24T02:07:45.123Z`, which `sqlite3` shows readably and sorts rightly.
enum Timestamp {
    static func text(_ date: Date) -> String {
        // The style cuts the third decimal off, and 0.123 is a little less than that as a binary fraction:
        // rounded to the millisecond and moved into its middle, each time gives the digits it should.
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded() + 0.25
        return Date(timeIntervalSince1970: milliseconds / 1000).formatted(style)
    }

    static func date(_ text: String) -> Date? {
        try? Date(text, strategy: style)
    }
}

private let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
