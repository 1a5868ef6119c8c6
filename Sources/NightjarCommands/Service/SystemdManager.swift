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

    func content(_ definition: ServiceDefinition) -> Data {
        Data(SystemdUnit(definition: definition, hasUserNamespaces: hasUserNamespaces).text.utf8)
    }

    /// Ubuntu lets `unshare` have a namespace, but gives the manager's own no rights, which only its switch tells.
    private var hasUserNamespaces: Bool {
        let restriction = try? String(
            contentsOfFile: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", encoding: .utf8)
        guard restriction?.hasPrefix("1") != true else { return false }
        return SystemProgram("unshare", "--user", "--map-root-user", "true").run()?.status == 0
    }

    func isOurs(_ content: Data) -> Bool { content.starts(with: Data(SystemdUnit.mark.utf8)) }

    func start() throws {
        if let reason = failure("daemon-reload") {
            throw CommandFailure(
                .unavailable,
                "the unit is written to \(file.path), but systemd's manager of this user cannot be reached (\(reason)): log in to a session of its own, and say `systemctl --user enable --now nightjar`"
            )
        }
        guard let reason = failure("enable", SystemdUnit.name) ?? failure("restart", SystemdUnit.name) else { return }
        throw CommandFailure(
            .failed,
            "the unit is written to \(file.path), but the scheduler did not start (\(reason)): `nightjar service status` and `nightjar service logs` tell why"
        )
    }

    func stop() -> String? { failure("disable", "--now", SystemdUnit.name) }

    func forget() {
        // Where the manager could not be asked, the link by which it starts the unit is still there.
        try? FileManager.default.removeItem(
            at: file.deletingLastPathComponent().appending(path: "default.target.wants/\(SystemdUnit.name)"))
        _ = failure("daemon-reload")
    }

    /// Why the manager did not do something; `nil` where it did.
    private func failure(_ words: String...) -> String? {
        guard let outcome = SystemProgram(["systemctl", "--user"] + words).run() else { return "there is no systemctl" }
        guard outcome.status != 0 else { return nil }
        return outcome.errors.split(whereSeparator: \.isNewline).first.map(String.init)
            ?? "systemctl ended with exit code \(outcome.status)"
    }

    var status: SystemProgram { SystemProgram("systemctl", "--user", "--no-pager", "status", SystemdUnit.name) }

    /// With `--user-unit` rather than `--user`: there are machines on which users have no journal files of their own.
    func logs(lines: Int, follow: Bool) -> SystemProgram {
        SystemProgram(
            ["journalctl", "--user-unit", SystemdUnit.name, "--lines", "\(lines)"]
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
