import History
import Inference
import Workflow

/// Why a step could not do its work: a code to act on and a sentence for the user.
package struct StepFailure: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case expression
        case fileNotFound = "file_not_found"
        case fileUnreadable = "file_unreadable"
        case fileTooLarge = "file_too_large"
        case badData = "bad_data"
        case writeRefused = "write_refused"
        case writeFailed = "write_failed"
        case answerTruncated = "answer_truncated"
        case answerInvalid = "answer_invalid"
        case noModel = "no_model"
        case badValue = "bad_value"
        case checkFailed = "check_failed"
        case commandFailed = "command_failed"
        case httpFailed = "http_failed"
        case httpStatus = "http_status"
        case outputTooLarge = "output_too_large"
        case requestRefused = "request_refused"
        case timedOut = "timed_out"
    }

    package var code: Code
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        // What programs, servers and models say is shown on terminals, which must not obey it.
        self.message = message.printable
    }

    package var description: String { message }
}

extension RecordedError {
    /// What the record and the user are told of an error.
    init(_ error: any Error) {
        switch error {
        case let failure as StepFailure: self.init(code: failure.code.rawValue, message: failure.message)
        case let past as PastFailure: self = past.error
        case let engine as EngineError: self.init(code: engine.code.rawValue, message: engine.message)
        case let diagnostic as Diagnostic:
            self.init(code: StepFailure.Code.expression.rawValue, message: diagnostic.headline)
        case let history as HistoryError: self.init(code: history.code.rawValue, message: history.message)
        case is CancellationError: self.init(code: "interrupted", message: "it was stopped before it was done")
        default: self.init(code: "failed", message: "\(error)")
        }
    }
}

extension String {
    /// The same text with control characters taken out of action: line breaks are blanks, others are replaced.
    package var printable: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    guard scalar.properties.generalCategory == .control else { return scalar }
                    return "\n\r\t".unicodeScalars.contains(scalar) ? " " : "\u{FFFD}"
                }))
    }
}
