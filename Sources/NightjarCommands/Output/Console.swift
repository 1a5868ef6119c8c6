import Foundation
import Synchronization

/// Standard output and standard error. Output that nobody reads any more is dropped.
enum Console {
    /// Whether someone still reads standard output, as far as was noticed.
    static var hasReader: Bool { !isAbandoned.load(ordering: .relaxed) }

    private static let isAbandoned = Atomic(false)

    /// The number of the error by which results were lost, other than that nobody reads them; 0 for none.
    static var lostOutput: Int32 { lost.load(ordering: .relaxed) }

    private static let lost = Atomic<Int32>(0)

    /// Whether standard error is a terminal that understands cursor movements.
    static var isLive: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Whether colours are wanted on a stream, by the rule of no-color.org.
    static func usesColor(_ descriptor: Int32) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// A line of results.
    static func print(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Results without a line end.
    static func printRaw(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// A line for the person who watches.
    static func note(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Text for the person who watches, without a line end.
    static func noteRaw(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// A failure of the command.
    static func error(_ message: String) {
        note(message.contains(": error: ") ? message : "nightjar: \(message)")
    }

    /// How many characters a line of the terminal has.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if descriptor == STDOUT_FILENO {
                    if count < 0, errno != EPIPE { lost.store(errno, ordering: .relaxed) }
                    isAbandoned.store(true, ordering: .relaxed)
                }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
