import ArgumentParser
import Foundation
import Inference
import Runner
import Workflow

/// `nightjar models pin`
struct ModelsPinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Write the models of this project into nightjar.lock.",
        discussion: """
            Without names, the models that the project's workflows and its configuration name are pinned. A run whose \
            model has another digest then stops before its first call; `nightjar run --update-lock` accepts it.
            """)

    @Argument(help: "Aliases of the configuration, ENGINE/NAME, or paths to .gguf files.")
    var models: [String] = []

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let session = try Session.here(logging)
        do {
            try await pin(session)
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    private func pin(_ session: Session) async throws {
        let choices = try models.isEmpty ? session.namedModels() : models.map { try session.choice($0) }
        guard !choices.isEmpty else {
            throw CommandFailure(
                .usage, "no workflow of \(session.project.workflows.path) names a model: name one here")
        }
        let file = PinFile(session.project)
        var lock = try file.read() ?? ModelLock()
        var hasFailed = false
        for choice in choices {
            do throws(EngineError) {
                guard let pin = try await Pin.of(choice, on: PinFile.today()) else {
                    Console.note("kept out  \(choice.reference): its server tells no digest")
                    continue
                }
                lock[choice.reference] = pin
                Console.note("pinned    \(choice.reference)  \(pin.digest.prefix(19))")
            } catch {
                hasFailed = true
                Console.note("failed    \(choice.reference): \(error.message)")
            }
        }
        try file.write(lock)
        if hasFailed { throw ExitStatus.failed }
    }
}

extension Session {
    /// The model that the command line names, else the configuration's first.
    func choice(orDefault argument: String?) throws -> ModelChoice {
        if let argument { return try choice(argument) }
        guard let name = configuration.defaultModels.first else {
            throw CommandFailure(
                .usage, "no model is named: give `--model`, or set `default_model` in \(Configuration.fileName)")
        }
        do throws(EngineError) {
            return try ModelChoice(name, configuration: configuration, engines: engines)
        } catch {
            throw CommandFailure(error.exitStatus, error.message)
        }
    }

    func choice(_ name: String) throws -> ModelChoice {
        do throws(EngineError) {
            return try ModelChoice(
                ModelArgument.absolute(name), configuration: configuration, engines: engines)
        } catch {
            throw CommandFailure(error.exitStatus, error.message)
        }
    }

    /// Every model that the project's workflows name, and that the configuration names for all.
    fileprivate func namedModels() throws -> [ModelChoice] {
        let setting = try previewSetting()
        var choices: [ModelChoice] = []
        func add(_ choice: ModelChoice) {
            if !choices.contains(where: { $0.reference == choice.reference }) { choices.append(choice) }
        }
        for file in project.workflowFiles() {
            // What is wrong with a workflow, `nightjar check` tells.
            guard let definition = try? WorkflowDefinition(file: file, shownAs: file.lastPathComponent) else {
                continue
            }
            PlannedModels(definition, setting).choices.forEach(add)
        }
        for name in configuration.defaultModels { add(try choice(name)) }
        return choices
    }
}
