import Foundation
import History
import Logging
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs as processes of their own, each in a session of its own and with its output in a file of its own: what happens
/// to one of them happens to no other, and they outlive the scheduler.
final class ChildRuns: RunLauncher {
    /// This program's file.
    private let program: String
    private let logs: RunLogs
    private let ended: @Sendable (OccurrenceRowID, RunEnd) -> Void
    /// The processes at work; 0 for one that is being started.
    private let processes = Mutex<[RunID: pid_t]>([:])
    /// Those that were asked to stop before they had started.
    private let unstarted = Mutex<Set<RunID>>([])

    init(program: String, logs: RunLogs, ended: @escaping @Sendable (OccurrenceRowID, RunEnd) -> Void) {
        self.program = program
        self.logs = logs
        self.ended = ended
    }

    func start(_ launch: RunLaunch) {
        processes.withLock { $0[launch.run] = 0 }
        Task {
            let end = await end(of: launch)
            processes.withLock { $0[launch.run] = nil }
            unstarted.withLock { _ = $0.remove(launch.run) }
            ended(launch.occurrence, end)
        }
    }

    func stop(_ run: RunID, pid: Int32?, byForce: Bool) {
        guard let process = pid ?? processes.withLock({ $0[run] }) else { return }
        if process == 0 { unstarted.withLock { _ = $0.insert(run) } }
        // Not its whole group: the process that ends its programs when it is killed is in it.
        if process > 1 { kill(process, byForce ? SIGKILL : SIGTERM) }
    }

    private func end(of launch: RunLaunch) async -> RunEnd {
        var options = PlatformOptions()
        options.createSession = true
        let arguments: [String] =
            switch launch.work {
            case .begin: ["run", launch.path, "--run-id", launch.run.text]
            case .resume: ["resume", launch.run.text]
            case .giveUp(let reason): ["resume", launch.run.text, "--give-up", reason]
            }
        do {
            let log = try logs.open(launch.run)
            let configuration = Configuration(
                executable: .path(FilePath(program)), arguments: Arguments(arguments), environment: .inherit,
                platformOptions: options)
            let outcome = try await Subprocess.run(
                configuration, input: .none, output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                error: .fileDescriptor(log, closeAfterSpawningProcess: true)
            ) { execution in
                self.note(execution.processIdentifier.value, of: launch.run)
            }
            switch outcome.terminationStatus {
            case .exited(let code): return .exited(Int(code), lastLine: logs.lastLine(launch.run))
            case .signaled(let signal): return .signaled(Int(signal))
            }
        } catch {
            return .notStarted("\(error)")
        }
    }

    private func note(_ process: pid_t, of run: RunID) {
        processes.withLock { $0[run] = process }
        if unstarted.withLock({ $0.remove(run) }) != nil { kill(process, SIGTERM) }
    }
}
