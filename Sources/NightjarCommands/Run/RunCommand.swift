import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// `nightjar run`: runs a workflow.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a workflow.",
        discussion: """
            The workflow's outputs go to standard output, progress and mistakes to standard error. The exit code is 0 \
            when all is done, 2 when some items failed, 1 when the run failed, 65 when the workflow or an input is \
            not right, 130 when it was interrupted. `nightjar resume` goes on with a run that did not finish.
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

    @Option(
        help: ArgumentHelp(
            "Begin with this step: what comes before it is taken from the last run of the workflow, with its inputs.",
            valueName: "STEP"))
    var from: String?

    @Flag(help: "Do items again that an earlier run has done, in spite of `once`.")
    var fresh = false

    @Flag(help: "Show the plan and the prompts; ask no model and write nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("The run that the scheduler has written down, and is to begin.", visibility: .private))
    var runID: RunID?

    @OptionGroup var display: RunDisplay
    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        if workflow == nil, !help {
            throw ValidationError("name a workflow; `nightjar list` tells which there are")
        }
        if dryRun, from != nil {
            throw ValidationError("`--dry-run` looks at the whole workflow: leave out `--from`")
        }
        if from != nil, !inputs.isEmpty {
            throw ValidationError("`--from` takes results that came of the earlier run's inputs: leave out `-i`")
        }
    }

    func run() async throws {
        guard let workflow else { throw CleanExit.helpRequest(self) }
        if let runID {
            try await DueRun(runID, display: display, logging: logging).execute()
            return
        }
        let loaded = try LoadedWorkflow(workflow)
        if help {
            Console.print(WorkflowHelp(loaded.definition, calledAs: workflow).text)
            return
        }
        try display.check(loaded.definition)
        let given = try InputArguments(inputs)
        let session = try Session(project: loaded.project, logging: logging, purpose: loaded.definition.name)
        if dryRun {
            try await preview(loaded, try given.values(for: loaded.definition), session)
            return
        }
        guard let from else {
            let inputs = try given.values(for: loaded.definition)
            let history = try RecordAccess.open(session.places)
            try await display.run(session, options: options, history: history) { setting throws(HistoryError) in
                try await WorkflowRun(loaded.definition, file: loaded.file, setting: setting).execute(inputs: inputs)
            }
            return
        }
        let history = try RecordAccess.open(session.places)
        let source = try await SourceRun(of: loaded, from: from, history)
        let inputs = try source.record.inputValues(for: loaded.definition)
        Console.note("takes what comes before \(from) from the run \(source.start.run)")
        try await display.run(session, options: options, history: history) { setting throws(HistoryError) in
            try await WorkflowRun(loaded.definition, file: loaded.file, setting: setting)
                .execute(inputs: inputs, startingWith: source.start)
        }
    }

    private var options: RunOptions {
        RunOptions(
            model: model.map(ModelArgument.absolute),
            writeRoots: allowWrite.map { URL(filePath: $0).standardizedFileURL.path }, isFresh: fresh)
    }

    private func preview(_ loaded: LoadedWorkflow, _ inputs: Mapping, _ session: Session) async throws {
        let setting = try session.previewSetting(options: options)
        let plan = try await WorkflowRun(loaded.definition, file: loaded.file, setting: setting).plan(inputs: inputs)
        await session.close()
        Console.print(display.json ? plan.value.json(.compact) : plan.text)
        if plan.hasErrors { throw ExitStatus.failed }
    }
}
