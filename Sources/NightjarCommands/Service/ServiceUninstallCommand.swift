import ArgumentParser
import Foundation

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
