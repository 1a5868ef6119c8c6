import ArgumentParser
import Foundation

/// `nightjar service logs`.
struct ServiceLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Show what the scheduler has told.")

    @Option(name: [.customShort("n"), .long], help: "So many of the last lines.")
    var lines = 100

    @Flag(name: [.short, .long], help: "Go on with what comes.")
    var follow = false

    func validate() throws {
        guard lines > 0 else { throw ValidationError("`--lines` takes a number of at least 1") }
    }

    func run() async throws {
        let manager = try installedServiceManager()
        try manager.logs(lines: lines, follow: follow).become()
    }
}
