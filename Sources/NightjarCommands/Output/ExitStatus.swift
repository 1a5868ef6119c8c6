/// The exit codes of every command; from 64 on they are those of BSD's sysexits. Thrown, it ends the command.
enum ExitStatus: Int32, Error {
    case done = 0
    case failed = 1
    /// The run ended, and some of its items failed.
    case partial = 2
    case usage = 64
    /// The workflow, an input or another file of the user is not right.
    case invalid = 65
    /// An engine cannot be reached.
    case unavailable = 69
    /// Someone else is at it: try again.
    case busy = 75
    case interrupted = 130
}

/// Why a command ends without having done its work.
struct CommandFailure: Error {
    var status: ExitStatus
    /// One sentence, or several lines of diagnostics.
    var message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
