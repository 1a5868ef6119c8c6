import Foundation
import Workflow

/// The daemon as an agent of macOS's launchd.
struct LaunchAgent {
    let definition: ServiceDefinition

    static let label = "nightjar.daemon"
    /// By which an agent is known to be ours.
    static let mark = "<!-- Written by `nightjar service install`, which writes it anew. -->"

    /// Where the daemon's log goes.
    static func log(state: String) -> String { "\(state)/logs/daemon.log" }

    /// The agent's property list.
    ///
    /// - Throws: what Foundation says where it cannot be written.
    func data() throws -> Data {
        let log = Self.log(state: definition.state)
        let environment = Dictionary(
            definition.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let list: [String: Any] = [
            "Label": Self.label,
            "ProgramArguments": [definition.program, "serve"] + definition.projects,
            "EnvironmentVariables": environment,
            "RunAtLoad": true,
            // A scheduler that was told to stop stays so.
            "KeepAlive": ["SuccessfulExit": false],
            "ProcessType": "Background",
            "ExitTimeOut": Int(definition.stopTime.inSeconds.rounded(.up)),
            "StandardOutPath": log,
            "StandardErrorPath": log,
            "Umask": 0o077,
        ]
        let plain = try PropertyListSerialization.data(fromPropertyList: list, format: .xml, options: 0)
        let text = String(decoding: plain, as: UTF8.self)
            .replacing("<plist ", with: "\(Self.mark)\n<plist ", maxReplacements: 1)
        return Data(text.utf8)
    }
}
