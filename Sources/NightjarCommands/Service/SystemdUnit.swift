import Foundation
import Workflow

/// The daemon as a unit of systemd's manager for a user.
struct SystemdUnit {
    let definition: ServiceDefinition
    /// Whether users may make user namespaces on this machine; without one, their manager has no right to mount anything.
    var hasUserNamespaces: Bool

    static let name = "nightjar.service"
    /// By which a unit is known to be ours.
    static let mark =
        "# Written by `nightjar service install`, which writes it anew; `systemctl --user edit nightjar` adds to it."

    /// The unit's file.
    var text: String {
        let stop = Int(definition.stopTime.inSeconds.rounded(.up))
        return """
            \(Self.mark)
            [Unit]
            Description=Nightjar: local language-model workflows by their schedules
            # A fault that passes, such as a full disk, may take all night.
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            ExecStart=\(command)
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
            \(fileSystem)
            ProtectKernelTunables=yes
            ProtectControlGroups=yes
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

    private var command: String {
        // Variables are not looked for in the program itself, so that a dollar sign is written once there.
        ([Self.quoted(definition.program)] + (["serve"] + definition.projects).map(Self.word)).joined(separator: " ")
    }

    /// What of the file system runs see and may change.
    private var fileSystem: String {
        // A folder that is not there is the daemon's to complain of, and not a reason to start it again and again.
        let writable = ([definition.state] + definition.projects + definition.writable).map { Self.quoted("-\($0)") }
        var lines: [String] = []
        if hasUserNamespaces {
            // systemd before 254 does not make the namespace by itself, and ignores the others without it. Those that
            // follow take capabilities away: outside a namespace the start would fail with 218/CAPABILITIES.
            lines += ["PrivateUsers=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectClock=yes"]
        }
        lines += ["ProtectSystem=strict", "ProtectHome=read-only", "ReadWritePaths=\(writable.joined(separator: " "))"]
        if !usesTemporaryFolders { lines.append("PrivateTmp=yes") }
        return lines.joined(separator: "\n")
    }

    /// Whether something of the daemon's lies where `PrivateTmp` would hide it.
    private var usesTemporaryFolders: Bool {
        ([definition.program, definition.state] + definition.projects + definition.writable).contains { path in
            ["/tmp", "/var/tmp"].contains { path == $0 || path.hasPrefix("\($0)/") }
        }
    }

    /// A word of a command line: in quotes, with what systemd would replace in it written twice.
    private static func word(_ text: String) -> String {
        quoted(text.replacing("$", with: "$$"))
    }

    /// A path in a list, or a variable.
    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
        return "\"\(escaped)\""
    }
}
