import Foundation
import Synchronization

/// The programs that steps run at this moment, to end them when the process itself must end at once.
package enum RunningPrograms {
    private static let leaders = Mutex<Set<pid_t>>([])

    static func add(_ leader: pid_t) {
        leaders.withLock { _ = $0.insert(leader) }
        Watchdog.shared.watch(leader)
    }

    static func remove(_ leader: pid_t) {
        leaders.withLock { _ = $0.remove(leader) }
        Watchdog.shared.release(leader)
    }

    /// Ends all of them, each with its process group.
    package static func endAll() {
        for leader in leaders.withLock({ $0 }) { kill(-leader, SIGKILL) }
    }
}
