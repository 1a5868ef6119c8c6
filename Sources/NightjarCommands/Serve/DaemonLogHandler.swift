import ArgumentParser
import Foundation
import Jinja
import Logging
import OrderedCollections

/// How the daemon writes what it does.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

/// The daemon's log on standard error: a line for each message, as text or as a JSON object.
struct DaemonLogHandler: LogHandler {
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(_ format: LogFormat, level: Logger.Level) {
        self.format = format
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let message = "\(event.message)"
        switch format {
        case .text:
            let fields = all.map { " \($0.key)=\(Self.field("\($0.value)"))" }.joined()
            Console.note("\(Self.mark(event.level))\(message)\(fields)")
        case .json:
            var line: Mapping = [
                "time": .string(Self.now), "level": .string(event.level.rawValue), "message": .string(message),
            ]
            for (key, value) in all { line[key] = .string("\(value)") }
            Console.note(Value.mapping(line).json(.compact))
        }
    }

    /// What systemd's journal writes down by itself is left out, and it is told the level its own way.
    private static func mark(_ level: Logger.Level) -> String {
        guard ProcessInfo.processInfo.environment["JOURNAL_STREAM"] == nil else {
            switch level {
            case .trace, .debug: return "<7>"
            case .info, .notice: return "<6>"
            case .warning: return "<4>"
            case .error, .critical: return "<3>"
            }
        }
        return "\(now) \(level.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)) "
    }

    private static var now: String { Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return text }
        return Value.string(text).json(.compact)
    }
}
