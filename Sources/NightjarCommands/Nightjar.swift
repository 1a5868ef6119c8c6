package import ArgumentParser
import Foundation
import Scheduler

/// The command line's root.
package struct Nightjar: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "nightjar",
        abstract: "Runs workflows of local language models, and keeps a record of every run.",
        version: version,
        subcommands: [
            RunCommand.self, ResumeCommand.self, RetryCommand.self, CheckCommand.self, ListCommand.self,
            RunsCommand.self, EvalCommand.self, PromptCommand.self, EmbedCommand.self, ParseCommand.self,
            RenderCommand.self, ModelsCommand.self, CacheCommand.self, ServeCommand.self, ScheduleCommand.self,
            TriggerCommand.self,
            ServiceCommand.self, DoctorCommand.self, SchemaCommand.self, InitCommand.self,
        ])

    package static let version = "0.2.0"

    package init() {}

    /// Reads the arguments, does what they say, and ends the process with the exit code of the result.
    package static func start() async {
        // A reader that goes away, as `head` does, is no reason to end a run.
        signal(SIGPIPE, SIG_IGN)
        FreeMemory.returnLargeBlocks()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            if Console.lostOutput != 0 {
                throw CommandFailure(
                    .failed, "standard output cannot be written: \(String(cString: strerror(Console.lostOutput)))")
            }
        } catch let failure as CommandFailure {
            Console.error(failure.message)
            Foundation.exit(failure.status.rawValue)
        } catch let status as ExitStatus {
            Foundation.exit(status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
