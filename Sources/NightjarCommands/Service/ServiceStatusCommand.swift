import ArgumentParser
import Foundation

/// `nightjar service status`.
struct ServiceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how the scheduler is, as the system sees it.")

    func run() async throws {
        let manager = try installedServiceManager()
        try manager.status.become()
    }
}
