import Foundation
import Workflow

/// macOS's launchd.
struct LaunchdManager: ServiceManager {
    let places: Places

    var file: URL {
        HomeFolder.url(ProcessInfo.processInfo.environment)
            .appending(path: "Library/LaunchAgents/\(LaunchAgent.label).plist")
    }

    func content(_ definition: ServiceDefinition) throws -> Data { try LaunchAgent(definition: definition).data() }

    func isOurs(_ content: Data) -> Bool { String(decoding: content, as: UTF8.self).contains(LaunchAgent.mark) }

    func start() throws {
        try FileManager.default.createDirectory(
            at: places.state.appending(path: "logs"), withIntermediateDirectories: true)
        _ = stop()
        let outcome = SystemProgram("launchctl", "bootstrap", domain, file.path).run()
        guard let outcome, outcome.status == 0 else {
            throw CommandFailure(
                .unavailable,
                "the agent is written to \(file.path), but launchd did not take it: \(outcome?.errors ?? "there is no launchctl")"
            )
        }
    }

    func stop() -> String? {
        // An agent that is not loaded is no failure.
        let outcome = SystemProgram("launchctl", "bootout", "\(domain)/\(LaunchAgent.label)").run()
        return outcome == nil ? "there is no launchctl" : nil
    }

    func forget() {}

    var status: SystemProgram { SystemProgram("launchctl", "print", "\(domain)/\(LaunchAgent.label)") }

    func logs(lines: Int, follow: Bool) -> SystemProgram {
        SystemProgram(
            ["tail", "-n", "\(lines)"] + (follow ? ["-F"] : []) + [LaunchAgent.log(state: places.state.path)])
    }

    let advice: [String] = []

    private var domain: String { "gui/\(getuid())" }
}
