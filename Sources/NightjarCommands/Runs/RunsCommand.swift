import ArgumentParser

/// `nightjar runs`: the record of runs.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look into the record of runs.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsItemsCommand.self, RunsLogsCommand.self,
            RunsSummaryCommand.self, RunsReportCommand.self, RunsExportCommand.self, RunsPruneCommand.self,
        ],
        defaultSubcommand: RunsListCommand.self)
}
