import ArgumentParser
import Foundation

/// `nightjar service status`.
struct ServiceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how the scheduler is, as the system sees it.")

    func run() async throws {
        let manager = try installedManager()
        try manager.status.become()
    }
}

/// `nightjar service logs`.
struct ServiceLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Show what the scheduler has told.")

    @Option(name: [.customShort("n"), .long], help: "So many of the last lines.")
    var lines = 100

    @Flag(name: [.short, .long], help: "Go on with what comes.")
    var follow = false

    func run() async throws {
        let manager = try installedManager()
        try manager.logs(lines: lines, follow: follow).become()
    }
}

/// `nightjar service uninstall`.
struct ServiceUninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop the scheduler, and let the system not start it any more.",
        discussion: "What is recorded stays: schedules, runs, and what became of each time.")

    func run() async throws {
        let manager = currentServiceManager(Places())
        guard let content = try? Data(contentsOf: manager.file) else {
            Console.note("the scheduler was not installed")
            return
        }
        guard manager.isOurs(content) else {
            throw CommandFailure(
                .invalid, "\(manager.file.path) was not written by `nightjar service install`, and is left alone")
        }
        let unreached = manager.stop()
        do {
            try FileManager.default.removeItem(at: manager.file)
        } catch {
            throw CommandFailure(.failed, "\(manager.file.path) cannot be removed: \(error.localizedDescription)")
        }
        manager.forget()
        guard let unreached else {
            Console.note("the scheduler is stopped, and the system does not start it any more")
            return
        }
        Console.note(
            "the system does not start the scheduler any more, but could not be asked to stop it (\(unreached)): one that is at work goes on until it gets SIGTERM"
        )
    }
}

/// The manager, where the daemon was installed.
private func installedManager() throws -> any ServiceManager {
    let manager = currentServiceManager(Places())
    guard FileManager.default.fileExists(atPath: manager.file.path) else {
        throw CommandFailure(.invalid, "the scheduler is not installed: `nightjar service install` does it")
    }
    return manager
}
