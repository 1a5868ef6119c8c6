import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections
import Runner
import Workflow

/// `nightjar eval`: measures prompts and models on a table of cases.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Measure prompts and models on a table of cases.",
        discussion: """
            Runs each variant of the evaluation's file with each model over all cases, and shows them side by side. The run is \
            in the history as every other, with each prompt, answer and score. The exit code is 1 where what the file \
            requires is not reached, 2 where cases failed that could not be judged, and else that of `run`.
            """)

    @Argument(help: "An evaluation's file, or its name in the folder `evals`.", completion: .file())
    var file: String?

    @Option(
        name: [.short, .customLong("input")],
        help: ArgumentHelp("An input of the evaluation, as for `run`.", valueName: "NAME=VALUE"))
    var inputs: [String] = []

    @Option(help: "Take only so many cases, from the first on.")
    var limit: Int?

    @Flag(help: "Compare with the evaluation's last run before this one.")
    var compare = false

    @Option(help: ArgumentHelp("Compare with this run.", valueName: "RUN"))
    var compareTo: String?

    @Option(help: ArgumentHelp("Show what came of an earlier run, and run nothing.", valueName: "RUN"))
    var of: String?

    @Flag(help: "List the cases that are not right.")
    var cases = false

    @Flag(help: "Write the results as JSON, with every case.")
    var json = false

    @Flag(help: "Accept models that have changed since they were pinned, and pin them anew.")
    var updateLock = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard (file == nil) != (of == nil) else {
            throw ValidationError("name the file of an evaluation, or an earlier run of one with `--of`")
        }
        if of != nil, limit != nil || !inputs.isEmpty {
            throw ValidationError("`--of` runs nothing: leave out `--limit` and `-i`")
        }
        if compare, compareTo != nil { throw ValidationError("take one of `--compare` and `--compare-to`") }
        if let limit, limit < 1 { throw ValidationError("`--limit` takes a number of at least 1") }
    }

    func run() async throws {
        // What is named must be there before hours are spent.
        if let compareTo { _ = try await record(compareTo) }
        var outcome: RunOutcome?
        if let file { outcome = try await measure(file) }
        let results = try await record(outcome?.id ?? of ?? "latest")
        let isMeasured = results.entries.contains { !$0.cases.isEmpty }
        if isMeasured || json { show(results, try await comparison(with: results)) }
        Console.note("run \(results.run.id)")
        try end(results, isMeasured: isMeasured, error: outcome?.error ?? results.run.summary.error)
    }

    /// Ends the command as the evaluation has ended.
    private func end(_ results: EvaluationResults, isMeasured: Bool, error: RecordedError?) throws {
        let run = results.run
        switch run.summary.state {
        case .done, .partial: break
        case .interrupted:
            Console.note(
                "it was interrupted; `nightjar resume \(run.id)` goes on, and `nightjar eval --of \(run.id)` shows the results"
            )
            throw ExitStatus.interrupted
        case .running:
            throw CommandFailure(.busy, "the run \(run.id) is still at work")
        case .failed:
            if let error { Console.error(error.message) }
            try ExitStatus.end(as: .failed, error)
        }
        guard isMeasured else { throw CommandFailure(.invalid, "there are no cases, so that nothing was measured") }
        if results.failures > 0 {
            let reason = results.firstFailure.map { ", the first because \($0)" } ?? ""
            Console.error("\(Figures.count(results.failures, "case")) could not be judged\(reason)".clipped(to: 400))
        }
        for shortfall in results.shortfalls { Console.error(shortfall) }
        if !results.shortfalls.isEmpty { throw ExitStatus.failed }
        if results.failures > 0 { throw ExitStatus.partial }
    }

    private func measure(_ file: String) async throws -> RunOutcome {
        let loaded = try LoadedWorkflow(file, on: .evaluations)
        guard loaded.definition.evaluation != nil else {
            throw CommandFailure(.invalid, "\(file) is a workflow, not an evaluation: it has no `variants`")
        }
        let given = inputs + (limit.map { ["\(Evaluation.limitInput)=\($0)"] } ?? [])
        let values = try InputArguments(given).values(for: loaded.definition)
        let session = try Session(project: loaded.project, logging: logging, purpose: loaded.definition.name)
        let history = try RecordAccess.open(session.places)
        let run = ObservedRun(observer: ObservedRun.progress(isQuiet: quiet), updatesLock: updateLock)
        return try await run.outcome(session, options: RunOptions(), history: history) {
            setting throws(HistoryError) in
            try await WorkflowRun(loaded.definition, file: loaded.file, setting: setting).execute(inputs: values)
        }
    }

    /// What the history has of a run.
    private func record(_ run: String) async throws -> EvaluationResults {
        do {
            let history = try HistoryStore(readingFrom: Places().history.path)
            let results = try await EvaluationResults(of: try await history.run(run), history)
            try history.close()
            return results
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
    }

    private func comparison(with results: EvaluationResults) async throws -> EvaluationComparison? {
        if let compareTo { return EvaluationComparison(now: results, before: try await record(compareTo)) }
        guard compare, let path = results.run.path else { return nil }
        let filter = RunFilter(path: path, states: [.done, .partial], limit: 100)
        let runs = try await RecordAccess.reading { history throws(HistoryError) in try await history.runs(filter) }
        for run in runs where run.started < results.run.summary.started {
            // The file may have been a workflow before, or one that this Nightjar cannot read any more.
            guard let before = try? await record(run.id.text) else { continue }
            return EvaluationComparison(now: results, before: before)
        }
        Console.note("there is no earlier run to compare with")
        return nil
    }

    private func show(_ results: EvaluationResults, _ comparison: EvaluationComparison?) {
        if json {
            guard case .mapping(var fields) = results.value else { return }
            if let comparison { fields["compared"] = comparison.value }
            Console.print(Value.mapping(fields).json(.pretty(indent: 2)))
            return
        }
        let table = EvaluationTable(results: results, comparison: comparison)
        Console.print(table.text)
        if let comparison { Console.print("\n" + comparison.text) }
        let wrong = cases ? table.wrongCases : ""
        if !wrong.isEmpty { Console.print("\n" + wrong) }
    }
}
