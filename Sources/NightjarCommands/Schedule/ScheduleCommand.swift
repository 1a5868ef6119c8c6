import ArgumentParser

/// `nightjar schedule`: when something comes next.
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Tell what a schedule means.", subcommands: [ScheduleNextCommand.self])
}
