import ArgumentParser
import Foundation
import History
import Inference
import Jinja
import Runner
import Workflow

/// `nightjar run`: runs a workflow.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a workflow.",
        discussion: """
            The workflow's outputs go to standard output, progress and mistakes to standard error. The exit code is 0 \
            when all is done, 2 when some items failed, 1 when the run failed, 65 when the workflow or an input is \
            not right, 130 when it was interrupted.
            """, helpNames: [])

    @Argument(help: "A workflow's file, or its name in the folder `workflows`.", completion: .file())
    var workflow: String?

    @Flag(name: [.short, .long], help: "Show this help; behind a workflow, the workflow's own inputs.")
    var help = false

    @Option(
        name: [.short, .customLong("input")],
        help: ArgumentHelp(
            "An input. `-` takes it from standard input, `@FILE` from a file, `@@` begins a value with `@`.",
            valueName: "NAME=VALUE"))
    var inputs: [String] = []

    @Option(help: "The model for steps that name none, in place of the workflow's own.")
    var model: String?

    @Option(help: ArgumentHelp("A folder outside the project that may be written to.", valueName: "DIR"))
    var allowWrite: [String] = []

    @Flag(help: "Show the plan and the prompts; ask no model and write nothing.")
    var dryRun = false

    @Flag(help: "Write what happens as JSON, one event a line; the last one is the finished run.")
    var json = false

    @Option(name: .customLong("output"), help: "Print this output of the workflow alone.")
    var onlyOutput: String?

    @Flag(help: "Accept models that have changed since they were pinned, and pin them anew.")
    var updateLock = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        if workflow == nil, !help {
            throw ValidationError("name a workflow; `nightjar list` tells which there are")
        }
    }

    func run() async throws {
        guard let workflow else { throw CleanExit.helpRequest(self) }
        let loaded = try LoadedWorkflow(workflow)
        if help {
            Console.print(WorkflowHelp(loaded.definition, calledAs: workflow).text)
            return
        }
        if let onlyOutput, !loaded.definition.outputNames.contains(onlyOutput) {
            let near = nearest(onlyOutput, among: loaded.definition.outputNames)
            throw CommandFailure(
                .usage,
                "the workflow has no output `\(onlyOutput)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
        }
        let inputs = try InputArguments(inputs).values(for: loaded.definition)
        let session = try Session(project: loaded.project, logging: logging, purpose: loaded.definition.name)
        if dryRun {
            try await preview(loaded, inputs, session)
            return
        }
        let outcome = try await execute(loaded, inputs, session)
        await session.close()
        try present(outcome)
    }

    private func execute(
        _ loaded: LoadedWorkflow, _ inputs: Mapping, _ session: Session
    ) async throws -> RunOutcome {
        let observer: any RunObserver =
            if json {
                EventLines()
            } else if quiet {
                SilentObserver()
            } else if Console.isLive {
                LiveProgress()
            } else {
                PlainProgress()
            }
        let file = PinFile(session.project)
        let pins = try file.read().map { PinnedModels($0, isUpdating: updateLock, today: PinFile.today) }
        let setting = try session.runSetting(
            model: model, writeRoots: allowWrite.map { URL(filePath: $0) }, pins: pins, report: observer.observe)
        let run = WorkflowRun(loaded.definition, file: loaded.file, setting: setting)
        let task = Task { try await run.execute(inputs: inputs) }
        let signals = Interruption { task.cancel() }
        defer { signals.stop() }
        do {
            let outcome = try await task.value
            observer.finish()
            if let changed = pins?.changed { try file.write(changed) }
            return outcome
        } catch let error as HistoryError {
            observer.finish()
            throw CommandFailure(.failed, error.message)
        }
    }

    /// Prints what the run gave and turns its end into the exit code.
    private func present(_ outcome: RunOutcome) throws {
        if !json {
            OutputText(outcome.outputs, only: onlyOutput).print()
            if let error = outcome.error, outcome.state == .failed { Console.error(error.message) }
        }
        switch outcome.state {
        case .done: return
        case .partial: throw ExitStatus.partial
        case .interrupted: throw ExitStatus.interrupted
        case .failed, .running:
            throw outcome.error.flatMap { EngineError.Code(rawValue: $0.code) }?.exitStatus ?? ExitStatus.failed
        }
    }

    private func preview(_ loaded: LoadedWorkflow, _ inputs: Mapping, _ session: Session) async throws {
        let setting = try session.runSetting(
            model: model, writeRoots: allowWrite.map { URL(filePath: $0) }, isRecorded: false, report: { _ in })
        let plan = try await WorkflowRun(loaded.definition, file: loaded.file, setting: setting).plan(inputs: inputs)
        await session.close()
        Console.print(json ? plan.value.json(.compact) : plan.text)
        if plan.hasErrors { throw ExitStatus.failed }
    }
}
