import Foundation
import Synchronization

/// A process beside ours that ends the programs of steps when ours is killed, and can do nothing any more itself.
///
/// It is told the process groups through a pipe, whose end it sees however we end. A shell does for it: programs that end
/// with their parent (`PR_SET_PDEATHSIG`) would end with the thread that started them.
final class Watchdog: Sendable {
    static let shared = Watchdog()

    private enum State {
        case notStarted
        case watching(FileHandle)
        /// Without one, programs outlive a kill, and nothing else is lost.
        case unavailable
    }

    private let state = Mutex(State.notStarted)

    func watch(_ group: pid_t) { tell("+ \(group)\n") }

    func release(_ group: pid_t) { tell("- \(group)\n") }

    private func tell(_ line: String) {
        state.withLock { state in
            if case .notStarted = state { state = Self.start() }
            guard case .watching(let pipe) = state else { return }
            do {
                try pipe.write(contentsOf: Data(line.utf8))
            } catch {
                state = .unavailable
            }
        }
    }

    private static func start() -> State {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        guard let (reading, writing) = pipe() else { return .unavailable }
        process.standardInput = reading
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return .unavailable }
        try? reading.close()
        return .watching(writing)
    }

    /// A pipe that no program inherits: one that had its end would keep the watchdog from seeing ours.
    private static func pipe() -> (reading: FileHandle, writing: FileHandle)? {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (
            FileHandle(fileDescriptor: ends[0], closeOnDealloc: true),
            FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        )
    }

    /// Signals that end us are not for it: it has work to do then.
    private static let script = """
        trap '' INT TERM HUP
        groups=' '
        while read -r change group; do
            case $change in
                +) groups="$groups$group " ;;
                -) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
            esac
        done
        for group in $groups; do kill -s KILL -- "-$group"; done
        """
}
