import Foundation
import Workflow

/// systemd's manager for the user.
struct SystemdManager: ServiceManager {
    let environment: [String: String]

    var file: URL {
        let folder =
            environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil }
            ?? HomeFolder.url(environment).appending(path: ".config")
        return folder.appending(path: "systemd/user/\(SystemdUnit.name)")
    }

    func content(_ definition: ServiceDefinition) -> Data { Data(SystemdUnit(definition: definition).text.utf8) }

    func isOurs(_ content: Data) -> Bool { content.starts(with: Data(SystemdUnit.mark.utf8)) }

    func start() throws {
        for words in [["daemon-reload"], ["enable", SystemdUnit.name], ["restart", SystemdUnit.name]] {
            let outcome = SystemProgram(["systemctl", "--user"] + words).run()
            guard let outcome, outcome.status == 0 else {
                let reason = outcome.map { $0.errors.split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
                throw CommandFailure(
                    .unavailable,
                    "the unit is written to \(file.path), but systemd's manager of this user did not take it (\(reason ?? "there is no systemctl")): log in to a session of its own, and say `systemctl --user enable --now nightjar`"
                )
            }
        }
    }

    func stop() { _ = SystemProgram("systemctl", "--user", "disable", "--now", SystemdUnit.name).run() }

    func forget() { _ = SystemProgram("systemctl", "--user", "daemon-reload").run() }

    var status: SystemProgram { SystemProgram("systemctl", "--user", "--no-pager", "status", SystemdUnit.name) }

    func logs(lines: Int, follow: Bool) -> SystemProgram {
        SystemProgram(
            ["journalctl", "--user", "--unit", SystemdUnit.name, "--lines", "\(lines)"]
                + (follow ? ["--follow"] : ["--no-pager"]))
    }

    var advice: [String] {
        let user = environment["USER"] ?? NSUserName()
        let outcome = SystemProgram("loginctl", "show-user", user, "--property=Linger", "--value").run()
        if outcome?.status == 0, outcome?.output.trimmingCharacters(in: .whitespacesAndNewlines) == "yes" { return [] }
        return [
            "it runs only while you are logged in: `loginctl enable-linger` lets it run at night, and from the start of the machine"
        ]
    }
}
