internal import Foundation
internal import GRDB

extension Row {
    /// A time that is always there.
    func time(_ column: String) throws -> Date {
        let text: String = self[column]
        guard let date = Timestamp.date(text) else { throw unreadable(column, text) }
        return date
    }

    /// A time that comes with the end.
    func timeIfAny(_ column: String) throws -> Date? {
        let text: String? = self[column]
        return try text == nil ? nil : time(column)
    }

    func state<State: RawRepresentable<String>>() throws -> State {
        try value("state")
    }

    /// One of a fixed set of words.
    func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        let text: String = self[column]
        guard let value = Value(rawValue: text) else { throw unreadable(column, text) }
        return value
    }

    func runID(_ column: String) throws -> RunID {
        let text: String = self[column]
        guard let id = RunID(text) else { throw unreadable(column, text) }
        return id
    }

    var innerFailures: InnerFailures {
        InnerFailures(items: self["failed_items"], steps: self["failed_steps"])
    }

    var recordedError: RecordedError? {
        guard let code: String = self["error_code"] else { return nil }
        let message: String? = self["error_message"]
        return RecordedError(code: code, message: message ?? "")
    }
}

private func unreadable(_ column: String, _ text: String) -> HistoryError {
    HistoryError(.damaged, "The history has '\(text)' as \(column), which this Nightjar cannot read.")
}
