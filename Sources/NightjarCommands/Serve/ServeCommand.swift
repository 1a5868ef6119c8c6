import ArgumentParser
import Dispatch
import Foundation
import History
import Logging
import Scheduler
import Workflow

/// `nightjar serve`: runs workflows by their schedules.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run workflows by their schedules, until it is told to stop.",
        discussion: """
            It starts each workflow of the projects when its `schedule` says so, as a process of its own, and writes down \
            what became of each time. SIGTERM lets what is at work come to its end, and a second one stops it; SIGHUP reads \
            the configuration and the workflows anew, which changes in the folders do by themselves. `nightjar service \
            install` lets the system start it.
            """)

    @Argument(
        help:
            "The folders of the projects; without any, those of the configuration under `scheduler.projects`, else the one around this folder.",
        completion: .directory)
    var projects: [String] = []

    @Option(help: "How it writes what it does, on standard error: text, or a JSON object a line.")
    var logFormat = LogFormat.text

    @Option(help: "What it tells: debug, info, warning or error.")
    var logLevel = LogLevel.info

    func run() async throws {
        FreeMemory.keepTogether()
        let places = Places()
        let projects = try ServedProjects(projects, places: places)
        let lock = try lock(places)
        let history = try RecordAccess.open(places)
        var log = Logger(label: "nightjar", factory: { _ in DaemonLogHandler(logFormat, level: .info) })
        log.logLevel = logLevel.level
        let setting = DaemonSetting(
            state: places.state, projects: projects.all, program: try Places.program(), history: history, log: log,
            read: WatchedFile.read, configure: { try projects.scheduler() })
        do {
            let daemon = try Daemon(setting)
            let signals = DaemonSignals(stop: { daemon.stop() }, reload: { daemon.reload() })
            try await daemon.run()
            withExtendedLifetime((signals, lock)) {}
            try history.close()
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
    }

    private func lock(_ places: Places) throws -> DaemonLock {
        do {
            return try DaemonLock(state: places.state)
        } catch let holder as DaemonLock.Holder {
            throw CommandFailure(
                .busy,
                "a scheduler works with \(places.state.path) already, \(holder.text): stop that one first, or set NIGHTJAR_HOME to another folder"
            )
        } catch {
            throw CommandFailure(.failed, "the state folder \(places.state.path) cannot be used: \(error)")
        }
    }
}

/// The projects whose workflows a daemon runs.
struct ServedProjects: Sendable {
    let all: [Project]
    private let places: Places

    /// - Parameter named: on the command line.
    /// - Throws: ``CommandFailure`` where a folder is not there.
    init(_ named: [String], places: Places) throws {
        self.places = places
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let environment = ProcessInfo.processInfo.environment
        var folders = named.map { URL(filePath: HomeFolder.expand($0, environment), relativeTo: here) }
        if folders.isEmpty {
            let around = Project(around: here)
            let configured = try Configuration.load(project: around, places: places).scheduler?.projects ?? []
            folders = configured.isEmpty ? [around.folder] : configured.map { around.url($0) }
        }
        for folder in folders {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
                throw CommandFailure(.invalid, "there is no folder \(folder.path), which is to be a project")
            }
        }
        all = folders.map { Project(folder: $0.resolvingSymlinksInPath()) }
    }

    /// What the configuration says of the scheduler: the first project's over the user's.
    ///
    /// - Throws: ``CommandFailure`` where a configuration file has mistakes.
    func scheduler() throws -> SchedulerDeclaration {
        guard let first = all.first else { return SchedulerDeclaration() }
        return try Configuration.load(project: first, places: places).scheduler ?? SchedulerDeclaration()
    }
}

/// SIGTERM and SIGINT, by which a daemon is told to stop, and SIGHUP.
final class DaemonSignals {
    private let sources: [any DispatchSourceSignal]

    init(stop: @escaping @Sendable () -> Void, reload: @escaping @Sendable () -> Void) {
        sources = [(SIGTERM, stop), (SIGINT, stop), (SIGHUP, reload)].map { number, action in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: action)
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
