import Foundation

/// Dates as people write them, as `YYYY-MM-DD`.
enum WrittenDate {
    nonisolated(unsafe) private static let yearFirst = /(\d{4})[-\/.](\d{1,2})[-\/.](\d{1,2})/
    nonisolated(unsafe) private static let yearLast = /(\d{1,2})([-\/.])(\d{1,2})[-\/.](\d{4})/
    nonisolated(unsafe) private static let dayFirst = /(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?([a-z]+)\.?,?\s+(\d{4})/
    nonisolated(unsafe) private static let monthFirst = /([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})/
    nonisolated(unsafe) private static let withTime = /(\d{4}-\d{2}-\d{2})[t ]\d{2}:\d{2}.*/

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// `nil` for what is no date, or may be two: 03/04/2025.
    static func standard(_ text: String) -> String? {
        let text = text.trimmingCharacters(in: .whitespaces).lowercased()
        if let match = text.wholeMatch(of: withTime) { return standard(String(match.output.1)) }
        if let match = text.wholeMatch(of: yearFirst) {
            return date(Int(match.output.1), Int(match.output.2), Int(match.output.3))
        }
        if let match = text.wholeMatch(of: yearLast) {
            let (first, second) = (Int(match.output.1) ?? 0, Int(match.output.3) ?? 0)
            let year = Int(match.output.4)
            // With points the day comes first everywhere; else both orders are in use.
            if match.output.2 == "." || first == second { return date(year, second, first) }
            if first > 12 { return date(year, second, first) }
            return second > 12 ? date(year, first, second) : nil
        }
        if let match = text.wholeMatch(of: dayFirst) {
            return date(Int(match.output.3), month(match.output.2), Int(match.output.1))
        }
        if let match = text.wholeMatch(of: monthFirst) {
            return date(Int(match.output.3), month(match.output.1), Int(match.output.2))
        }
        return nil
    }

    private static func month(_ name: Substring) -> Int? {
        guard name.count >= 3 else { return nil }
        return months.firstIndex { $0.hasPrefix(name) || ($0 == "september" && name == "sept") }.map { $0 + 1 }
    }

    private static func date(_ year: Int?, _ month: Int?, _ day: Int?) -> String? {
        guard let year, let month, let day, (1...12).contains(month), day >= 1, day <= days(of: month, year) else {
            return nil
        }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(String(repeating: "0", count: max(0, 4 - "\(year)".count)))\(year)-\(padded(month))-\(padded(day))"
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
