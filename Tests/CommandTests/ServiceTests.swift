import Foundation
import Testing

/// The daemon as a service of the system. The test machine's own manager is left alone: a stand-in writes down what it is
/// asked.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/proc"))) struct ServiceTests {
    /// A fixture with a project, and a `systemctl` that notes its arguments.
    ///
    /// - Parameter namespaces: what `unshare` says, which is asked whether users may make namespaces.
    private static func fixture(systemctl: String = "exit 0", namespaces: Bool = true) throws -> CommandFixture {
        let fixture = try CommandFixture()
        try fixture.write("version: 1\nsteps: [{ id: a, set: { b: 1 } }]\n", to: "project/workflows/w.yaml")
        for (name, body) in [("systemctl", systemctl), ("loginctl", "echo no"), ("journalctl", "exit 0")] {
            let file = try fixture.write(
                "#!/bin/sh\necho \"\(name) $*\" >> \"\(fixture.folder.path)/asked\"\n\(body)\n", to: "bin/\(name)")
            chmod(file.path, 0o755)
        }
        let unshare = try fixture.write("#!/bin/sh\nexit \(namespaces ? 0 : 1)\n", to: "bin/unshare")
        chmod(unshare.path, 0o755)
        return fixture
    }

    private static func run(_ fixture: CommandFixture, _ arguments: String...) throws -> CommandFixture.Outcome {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return try fixture.start(
            ["service"] + arguments, environment: ["PATH": "\(fixture.folder.path)/bin:\(path)"]
        ).finish()
    }

    private static let unit = ".config/systemd/user/nightjar.service"

    @Test func installingWritesTheUnitAndStartsIt() throws {
        let fixture = try Self.fixture()
        let outcome = try Self.run(fixture, "install", "project")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("loginctl enable-linger"))
        let unit = try fixture.text(of: Self.unit)
        #expect(
            unit.contains("ExecStart=\"\(CommandFixture.program.path)\" \"serve\" \"\(fixture.folder.path)/project\""))
        for line in [
            "Type=notify", "NoNewPrivileges=yes", "ProtectHome=read-only", "KillMode=mixed", "TimeoutStopSec=340",
        ] {
            #expect(unit.contains("\n\(line)\n"), "\(line)")
        }
        #expect(unit.contains("ReadWritePaths=\"-\(fixture.folder.path)/.state\" \"-\(fixture.folder.path)/project\""))
        #expect(
            try fixture.text(of: "asked").split(separator: "\n").prefix(3) == [
                "systemctl --user daemon-reload", "systemctl --user enable nightjar.service",
                "systemctl --user restart nightjar.service",
            ])
        // Again, with other projects.
        #expect(try Self.run(fixture, "install", ".").status == 0)
        #expect(try fixture.text(of: Self.unit).contains("\"serve\" \"\(fixture.folder.path)\"\n"))
        #expect(try Self.run(fixture, "status").status == 0)
        #expect(try Self.run(fixture, "logs", "-n", "5").status == 0)
        #expect(
            try fixture.text(of: "asked").contains("journalctl --user-unit nightjar.service --lines 5 --no-pager"))
        #expect(try Self.run(fixture, "uninstall").status == 0)
        #expect(!fixture.exists(Self.unit))
        #expect(try Self.run(fixture, "uninstall").errors.contains("was not installed"))
        #expect(try Self.run(fixture, "status").status == 65)
    }

    @Test func aUnitOfSomeoneElseIsLeftAlone() throws {
        let fixture = try Self.fixture()
        try fixture.write("[Service]\nExecStart=/bin/true\n", to: Self.unit)
        #expect(try Self.run(fixture, "install", "project").status == 65)
        #expect(try Self.run(fixture, "uninstall").status == 65)
        #expect(try fixture.text(of: Self.unit) == "[Service]\nExecStart=/bin/true\n")
    }

    @Test func whereTheManagerCannotBeReachedTheUnitIsWrittenAndTheWayShown() throws {
        let fixture = try Self.fixture(systemctl: "echo 'Failed to connect to bus: No medium found' >&2; exit 1")
        let outcome = try Self.run(fixture, "install", "project")
        #expect(outcome.status == 69)
        #expect(outcome.errors.contains("Failed to connect to bus"))
        #expect(outcome.errors.contains("systemctl --user enable --now nightjar"))
        #expect(fixture.exists(Self.unit))
    }

    @Test func whereTheDaemonDoesNotStartItsLogIsNamedInstead() throws {
        let fixture = try Self.fixture(
            systemctl: "[ \"$2\" = restart ] && { echo 'Job for nightjar.service failed.' >&2; exit 1; }; exit 0")
        let outcome = try Self.run(fixture, "install", "project")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Job for nightjar.service failed."))
        #expect(outcome.errors.contains("nightjar service logs"))
    }

    @Test func uninstallingWithoutAManagerRemovesTheLinkTooAndTellsThatTheDaemonMayBeAtWork() throws {
        let fixture = try Self.fixture(systemctl: "echo 'Failed to connect to bus: No medium found' >&2; exit 1")
        #expect(try Self.run(fixture, "install", "project").status == 69)
        let link = try fixture.write("", to: ".config/systemd/user/default.target.wants/nightjar.service")
        let outcome = try Self.run(fixture, "uninstall")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("could not be asked to stop it (Failed to connect to bus"))
        #expect(!fixture.exists(Self.unit))
        #expect(!FileManager.default.fileExists(atPath: link.path))
    }

    /// Outside a user namespace, a start with these would fail with 218/CAPABILITIES.
    @Test(arguments: [true, false])
    func whatNeedsANamespaceIsThereOnlyWhereOneCanBeMade(namespaces: Bool) throws {
        let restriction = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
        let isRestricted = (try? String(contentsOfFile: restriction, encoding: .utf8))?.hasPrefix("1") ?? false
        let fixture = try Self.fixture(namespaces: namespaces)
        let unit = try Self.run(fixture, "install", "project", "--print").output
        for line in ["PrivateUsers=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectClock=yes"] {
            #expect(unit.contains("\n\(line)\n") == (namespaces && !isRestricted), "\(line)")
        }
        #expect(unit.contains("\nProtectSystem=strict\n"))
    }

    @Test func temporaryFoldersAreHiddenOnlyWhereNothingOfTheDaemonIsInThem() throws {
        let fixture = try Self.fixture()
        let isTemporary = fixture.folder.path.hasPrefix("/tmp/")
        let unit = try Self.run(fixture, "install", "project", "--print").output
        #expect(unit.contains("\nPrivateTmp=yes\n") != isTemporary)
    }

    @Test func aFolderWithALineEndInItsNameIsRefused() throws {
        let fixture = try Self.fixture()
        try fixture.write("version: 1\nsteps: [{ id: a, set: { b: 1 } }]\n", to: "a\nb/workflows/w.yaml")
        let outcome = try Self.run(fixture, "install", "a\nb", "--print")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("control character"))
    }

    @Test func aProjectThatIsNotThereIsAMistake() throws {
        let fixture = try Self.fixture()
        let outcome = try Self.run(fixture, "install", "elsewhere")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("there is no folder"))
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")),
        arguments: [
            "project", "with blanks", "50% \"quoted\" $HOME \\n",
        ])
    func systemdTakesTheUnitAndItsCommandLineRuns(name: String) throws {
        let fixture = try Self.fixture()
        try fixture.write("version: 1\nsteps: [{ id: a, set: { b: 1 } }]\n", to: "\(name)/workflows/w.yaml")
        let printed = try Self.run(fixture, "install", name, "--print")
        #expect(printed.status == 0, "\(printed.errors)")
        let unit = try fixture.write(printed.output, to: "verified/nightjar.service")
        let verify = Process()
        verify.executableURL = URL(filePath: "/usr/bin/systemd-analyze")
        verify.arguments = ["--user", "verify", unit.path]
        // Without it nothing is verified.
        let runtime = fixture.folder.appending(path: "runtime")
        try FileManager.default.createDirectory(
            at: runtime, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        verify.environment = ProcessInfo.processInfo.environment.merging(["XDG_RUNTIME_DIR": runtime.path]) { $1 }
        let errors = Pipe()
        verify.standardError = errors
        try verify.run()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        verify.waitUntilExit()
        // What is wrong with other units of the machine is not ours.
        #expect(!told.contains("nightjar") && !told.contains("Failed to initialize"), "\(told)")

        // The command line, taken apart as systemd does.
        let line = try #require(printed.output.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let words = line.dropFirst("ExecStart=\"".count).dropLast().components(separatedBy: "\" \"").map {
            $0.replacing("$$", with: "$").replacing("%%", with: "%").replacing("\\\"", with: "\"")
                .replacing("\\\\", with: "\\")
        }
        #expect(words.first == CommandFixture.program.path)
        #expect(words.last == fixture.folder.appending(path: name).path)
        let started = try fixture.start(Array(words.dropFirst()))
        try started.wait { started.errorsSoFar.contains("the scheduler is at work") || !started.process.isRunning }
        kill(started.process.processIdentifier, SIGTERM)
        #expect(try started.finish().status == 0)
    }

    @Test func systemdIsToldWhenTheDaemonIsReadyAndWhenItStops() throws {
        let fixture = try Self.fixture()
        let path = fixture.folder.appending(path: "notify").path
        // The manager's end of the protocol.
        let listener = Process()
        listener.executableURL = URL(filePath: "/usr/bin/env")
        listener.arguments = [
            "python3", "-c",
            """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(sys.argv[1])
            with open(sys.argv[1] + ".log", "a", buffering=1) as log:
                while True: log.write(s.recv(4096).decode().replace("\\n", "|") + "\\n")
            """, path,
        ]
        try listener.run()
        defer { kill(listener.processIdentifier, SIGKILL) }
        let deadline = Date.now.addingTimeInterval(60)
        while !FileManager.default.fileExists(atPath: path), Date.now < deadline { Thread.sleep(forTimeInterval: 0.02) }
        let daemon = try fixture.start(["serve", "project"], environment: ["NOTIFY_SOCKET": path])
        func told() -> String { (try? fixture.text(of: "notify.log")) ?? "" }
        try daemon.wait { told().contains("READY=1|STATUS=0 schedules") }
        kill(daemon.process.processIdentifier, SIGHUP)
        try daemon.wait { told().contains("RELOADING=1|MONOTONIC_USEC=") }
        kill(daemon.process.processIdentifier, SIGTERM)
        #expect(try daemon.finish().status == 0)
        try daemon.wait { told().contains("STOPPING=1") }
    }
}
