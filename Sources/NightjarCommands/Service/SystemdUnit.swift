import Foundation
import Workflow

/// The daemon as a unit of systemd's manager for a user.
struct SystemdUnit {
    let definition: ServiceDefinition

    static let name = "nightjar.service"
    /// By which a unit is known to be ours.
    static let mark =
        "# Written by `nightjar service install`, which writes it anew; `systemctl --user edit nightjar` adds to it."

    /// The unit's file.
    var text: String {
        let stop = Int(definition.stopTime.inSeconds.rounded(.up))
        let writable = [definition.state] + definition.projects
        // A folder that is not there is no reason not to start.
        let others = definition.writable.map { "-\($0)" }
        return """
            \(Self.mark)
            [Unit]
            Description=Nightjar: local language-model workflows by their schedules

            [Service]
            Type=notify
            ExecStart=\(([definition.program, "serve"] + definition.projects).map(Self.word).joined(separator: " "))
            ExecReload=/bin/kill -HUP $MAINPID
            \(definition.environment.map { "Environment=\(Self.quoted("\($0.name)=\($0.value)"))" }.joined(separator: "\n"))
            Restart=on-failure
            RestartSec=5
            # Wrong arguments or configuration, and another scheduler at work: to try again would not help.
            RestartPreventExitStatus=64 65 75

            # SIGTERM goes to the scheduler alone, which lets runs come to their end.
            KillMode=mixed
            TimeoutStopSec=\(stop)
            # A run that fills the memory is ended by itself.
            OOMPolicy=continue
            UMask=0077

            # Runs read what their user may read, and write where workflows may write.
            NoNewPrivileges=yes
            ProtectSystem=strict
            ProtectHome=read-only
            ReadWritePaths=\((writable + others).map(Self.path).joined(separator: " "))
            PrivateTmp=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectKernelLogs=yes
            ProtectControlGroups=yes
            ProtectClock=yes
            ProtectHostname=yes
            RestrictSUIDSGID=yes
            RestrictRealtime=yes
            RestrictNamespaces=yes
            LockPersonality=yes
            SystemCallArchitectures=native
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
            # PrivateDevices and MemoryDenyWriteExecute are left out: engines need the graphics card and its drivers.

            [Install]
            WantedBy=default.target

            """
    }

    /// A word of a command line: in quotes, with what systemd would replace in it written twice.
    static func word(_ text: String) -> String {
        quoted(text.replacing("$", with: "$$"))
    }

    /// A path in a list.
    private static func path(_ text: String) -> String { quoted(text) }

    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
            .replacing("\n", with: "\\n").replacing("\t", with: "\\t")
        return "\"\(escaped)\""
    }
}
