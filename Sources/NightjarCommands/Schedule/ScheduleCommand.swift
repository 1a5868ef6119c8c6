import ArgumentParser

/// `nightjar schedule`: what is due when, and what became of it.
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Tell what is due when, and what became of it; pause it.",
        subcommands: [
            ScheduleListCommand.self, ScheduleNextCommand.self, ScheduleHistoryCommand.self, SchedulePauseCommand.self,
            ScheduleResumeCommand.self, ScheduleSkipNextCommand.self, ScheduleRunNowCommand.self,
        ], defaultSubcommand: ScheduleListCommand.self)
}
