import ArgumentParser

/// `nightjar service`: lets the system start the scheduler, and keep it at work.
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Let the system keep the scheduler at work.",
        subcommands: [
            ServiceInstallCommand.self, ServiceStatusCommand.self, ServiceLogsCommand.self,
            ServiceUninstallCommand.self,
        ])
}
