import ArgumentParser
import Foundation
import History
import Jinja
import Scheduler
import Workflow

/// `nightjar trigger`: lets the scheduler run a workflow now.
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger", abstract: "Let the scheduler run a workflow now.",
        discussion: """
            The run waits for its turn as those of schedules do, and goes on when this shell is closed. With `--wait`, the \
            command ends with the run: its outputs go to standard output, and the exit codes are those of `run`. It is 69 \
            where no scheduler is at work.
            """)

    @Argument(help: "A workflow's file, or its name in the folder `workflows`.", completion: .file())
    var workflow: String

    @Option(
        name: [.short, .customLong("input")],
        help: ArgumentHelp(
            "An input. `-` takes it from standard input, `@FILE` from a file, `@@` begins a value with `@`.",
            valueName: "NAME=VALUE"))
    var inputs: [String] = []

    @OptionGroup var waiting: WaitingOptions

    func run() async throws {
        let loaded = try LoadedWorkflow(workflow)
        try waiting.check(loaded.definition)
        let values = try InputArguments(inputs).values(for: loaded.definition)
        try await waiting.trigger(loaded.file, inputs: Value.mapping(values).json(.compact))
    }
}

/// Whether a command waits for the run that it asks for.
struct WaitingOptions: ParsableArguments {
    @Flag(help: "Wait for the run's end, print its outputs and end with its exit code.")
    var wait = false

    @Option(name: .customLong("output"), help: "With `--wait`, print this output of the workflow alone.")
    var onlyOutput: String?

    func check(_ definition: WorkflowDefinition) throws {
        try OutputText.check(onlyOutput, of: definition)
    }

    /// Asks the scheduler for a run.
    ///
    /// - Parameter inputs: A JSON object.
    func trigger(_ file: URL, inputs: String) async throws {
        let places = Places()
        let replies = AsyncStream<DaemonReply>.makeStream()
        let request = DaemonRequest.trigger(path: file.watchedPath, inputs: inputs, waits: wait)
        let isWaiting = wait
        let asking = Task {
            let isAnswered = await DaemonSocket(state: places.state).ask(request, untilEnd: isWaiting) { reply in
                replies.continuation.yield(reply)
            }
            replies.continuation.finish()
            return isAnswered
        }
        for await reply in replies.stream {
            switch reply {
            case .noted: if !wait { Console.note("the scheduler runs \(file.lastPathComponent) as soon as it can") }
            case .refused(let reason): throw CommandFailure(.invalid, reason)
            case .ended(let state, let run, let reason):
                try await present(state: state, run: run, reason: reason)
                return
            }
        }
        guard await asking.value else {
            throw CommandFailure(
                .unavailable,
                wait && DaemonLock.holder(state: places.state) != nil
                    ? "the scheduler has stopped before the run's end; it goes on with it when it is back"
                    : "no scheduler is at work: start `nightjar serve`, or run the workflow here with `nightjar run`")
        }
    }

    private func present(state: String, run: String?, reason: String?) async throws {
        guard let run, ["ran", "late"].contains(state) else {
            throw CommandFailure(.failed, "the run is \(state): \(reason ?? "no reason is known")")
        }
        let record = try await RecordAccess.reading { history throws(HistoryError) in try await history.run(run) }
        if let outputs = record.outputs.flatMap({ try? Value(json: $0) })?.mapping {
            OutputText(outputs, only: onlyOutput).print()
        }
        if let error = record.summary.error { Console.error(error.message) }
        try ExitStatus.end(as: record.summary.state, record.summary.error)
    }
}

extension URL {
    /// The file's path as the scheduler writes it down: by its real folder.
    var watchedPath: String {
        deletingLastPathComponent().resolvingSymlinksInPath().appending(path: lastPathComponent).path
    }
}
