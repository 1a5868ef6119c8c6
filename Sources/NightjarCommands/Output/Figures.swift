import Foundation

/// Numbers as people read them.
enum Figures {
    /// `0.3 s`, `12 s`, `3 min 5 s`, `2 h 4 min`.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<9.95: return "\(tenths(seconds)) s"
        case ..<59.5: return "\(Int(seconds.rounded())) s"
        case ..<3599.5:
            let whole = Int(seconds.rounded())
            return "\(whole / 60) min \(whole % 60) s"
        default:
            let minutes = Int((seconds / 60).rounded())
            return "\(minutes / 60) h \(minutes % 60) min"
        }
    }

    /// `512 B`, `7.4 MB`.
    static func bytes(_ count: Int) -> String {
        var size = Double(count)
        guard size >= 1000 else { return "\(count) B" }
        for unit in ["kB", "MB", "GB"] {
            size /= 1000
            if size < 1000 || unit == "GB" {
                return "\(size < 10 ? tenths(size) : String(Int(size.rounded()))) \(unit)"
            }
        }
        return "\(count) B"
    }

    /// `0.4`, `12`, `84` with a unit that the caller adds.
    static func rate(_ perSecond: Double) -> String {
        perSecond < 10 ? tenths(perSecond) : String(Int(perSecond.rounded()))
    }

    /// `1 item`, `12 items`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// A moment in local time: `2026-11-24 02:07`.
    static func moment(_ date: Date) -> String {
        let parts = Calendar.current.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func digits(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return
            "\(parts.year ?? 0)-\(digits(parts.month))-\(digits(parts.day)) \(digits(parts.hour)):\(digits(parts.minute))"
    }
}
