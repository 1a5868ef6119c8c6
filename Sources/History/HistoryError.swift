/// Why the record of runs could not be read or written: a code to act on and a sentence for the user.
package struct HistoryError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, Codable {
        /// The file is something else: a text, an image, another program's database.
        case notAHistory = "not_a_history"
        /// A later Nightjar wrote the file.
        case newerSchema = "newer_schema"
        /// The file contradicts itself, or was cut off.
        case damaged
        /// The file or its folder may not be read or written.
        case noPermission = "no_permission"
        /// The store was opened for listings only.
        case readOnly = "read_only"
        case diskFull = "disk_full"
        /// The process has as many files open as it may.
        case tooManyFiles = "too_many_files"
        /// Other processes held the file longer than the time limit.
        case busy
        /// A run of that id is recorded already.
        case runExists = "run_exists"
        /// Another process works on the run now.
        case runIsAlive = "run_is_alive"
        /// The occurrence that a run is for is to have none any more, or has another one.
        case occurrenceIsOver = "occurrence_is_over"
        /// No run, step, item or call of that id.
        case notFound = "not_found"
        /// Several runs have ids that begin so.
        case ambiguous
        /// SQLite, or the system below it, failed in another way.
        case failed
    }

    package var code: Code
    /// One sentence: what is wrong, where, and what to do.
    package var message: String
    /// What SQLite or the system said, where the cause is there.
    package var underlying: (any Error)?

    package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    package var description: String { message }
}

/// What went wrong in a run, a step, an item or a model call, as it is kept in the record.
package struct RecordedError: Sendable, Hashable, Codable {
    /// The code of a run whose process has gone without a word.
    package static let abandoned = "killed"

    /// For programs, such as `model_not_found`.
    package var code: String
    /// For people: one sentence.
    package var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
