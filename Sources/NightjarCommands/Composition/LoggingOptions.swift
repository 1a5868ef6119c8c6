import ArgumentParser
import Logging

/// How much of its own doings a command tells.
struct LoggingOptions: ParsableArguments {
    @Option(help: "Tell more on standard error: debug, info, warning or error.")
    var logLevel = LogLevel.warning

    /// A logger to standard error, which leaves standard output to results.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = logLevel.level
        return logger
    }
}

/// The levels that a person may ask for.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
