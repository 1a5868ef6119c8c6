import Crypto
package import Foundation
package import History
package import Jinja
import OrderedCollections
package import Workflow

/// Executes workflows, and writes down what happens before the next thing starts.
package struct WorkflowRun: Sendable {
    package let definition: WorkflowDefinition
    package let file: URL?
    package let setting: RunSetting

    package init(_ definition: WorkflowDefinition, file: URL?, setting: RunSetting) {
        self.definition = definition
        self.file = file
        self.setting = setting
    }

    /// Runs to the end, whatever it is. Cancelling the task interrupts the run, which is then recorded so.
    ///
    /// - Parameters:
    ///   - inputs: a value for each declared input.
    ///   - start: the results of another run with which this one begins.
    /// - Throws: only where the record cannot be written.
    package func execute(inputs: Mapping, startingWith start: HeadStart? = nil) async throws(HistoryError) -> RunOutcome
    {
        let started = setting.now()
        let id = try await begin(inputs: inputs, start: start, at: started)
        setting.report(.runStarted(id: id.text, workflow: definition.name, inputs: inputs))
        let past = start == nil ? .none : try await past(of: id)
        return try await work(
            on: context(id), inputs: inputs, started: started, inside: StepSequence.Surroundings(past: past))
    }

    /// Goes on with a run that has ended, in its own rows: what is done in it and holds is not done again.
    ///
    /// - Throws: where the record cannot be written, or another process works on the run.
    package func resume(_ resumption: Resumption) async throws(HistoryError) -> RunOutcome {
        let record = resumption.run
        try await setting.history.resumeRun(
            record.id, endedAs: record.summary.state, texts: resumption.isEdited ? definition.texts : nil,
            inputs: Value.mapping(resumption.inputs).json(.compact), options: setting.options.json, process: process)
        setting.report(.runResumed(id: record.id.text, workflow: definition.name))
        var context = context(record.id)
        context.retriesFailures = resumption.retriesFailures
        context.isEdited = resumption.isEdited
        return try await work(
            on: context, inputs: resumption.inputs, started: record.summary.started,
            inside: StepSequence.Surroundings(past: try await past(of: record.id)))
    }

    /// Ends a run whose process has gone as failed, after the steps that are for failures.
    ///
    /// - Throws: where the record cannot be written, or another process works on the run.
    package func giveUp(
        _ resumption: Resumption, because error: RecordedError
    ) async throws(HistoryError) -> RunOutcome {
        let clock = ContinuousClock.now
        let record = resumption.run
        try await setting.history.resumeRun(
            record.id, endedAs: record.summary.state, texts: nil,
            inputs: Value.mapping(resumption.inputs).json(.compact), options: setting.options.json, process: process)
        let context = context(record.id)
        let outcome = RunOutcome(
            id: record.id.text, workflow: definition.name, state: .failed, outputs: [:], error: error,
            work: RunWork(), seconds: 0)
        return try await end(
            context, names(on: context, inputs: resumption.inputs, started: record.summary.started),
            past: try await past(of: record.id), outcome, since: clock)
    }

    /// What there is of a run that this process has begun or gone on with.
    private func past(of id: RunID) async throws(HistoryError) -> PastSteps {
        do {
            return try await setting.history.pastSteps(of: id)
        } catch {
            setting.history.abandonRun(id)
            throw error
        }
    }

    private func context(_ id: RunID) -> RunContext {
        RunContext(
            id: id, definition: definition, setting: setting, files: ProjectFiles(setting), environment: .workflow,
            models: RunModels(definition, setting), progress: RunProgress())
    }

    private func work(
        on context: RunContext, inputs: Mapping, started: Date, inside surroundings: StepSequence.Surroundings
    ) async throws(HistoryError) -> RunOutcome {
        let clock = ContinuousClock.now
        var outputs: Mapping = [:]
        var failure: (any Error)?
        let names = names(on: context, inputs: inputs, started: started)
        do {
            let limit = TimeLimit(
                limit: definition.timeLimit, subject: "the workflow `\(definition.name)`", sleep: setting.sleep)
            let results = try await limit.run {
                try await context.models.checkPins()
                return try await StepSequence(run: context, steps: definition.steps)
                    .execute(names, inside: surroundings)
            }
            outputs = try definition.evaluateOutputs(
                names.adding(steps: results), environment: context.environment)
        } catch {
            failure = error
        }
        let work = context.progress.current
        let state: RunState =
            switch failure {
            case nil: work.itemsFailed + work.stepsFailed > 0 ? .partial : .done
            case is CancellationError: .interrupted
            // A failure that comes of the cancellation is not the reason for the end.
            default: Task.isCancelled ? .interrupted : .failed
            }
        let error = failure.map {
            state == .interrupted
                ? RecordedError(code: "interrupted", message: "the run was interrupted") : RecordedError($0)
        }
        return try await end(
            context, names, past: surroundings.past,
            RunOutcome(
                id: context.id.text, workflow: definition.name, state: state, outputs: outputs, error: error,
                work: work, seconds: 0), since: clock)
    }

    private func names(on context: RunContext, inputs: Mapping, started: Date) -> Mapping {
        RunNames.values(
            inputs: inputs, id: context.id, started: started, definition: definition, file: file, setting: setting)
    }

    /// Runs the steps that are for failures, where there is one, and records the end.
    private func end(
        _ context: RunContext, _ names: Mapping, past: PastSteps, _ ended: RunOutcome,
        since clock: ContinuousClock.Instant
    ) async throws(HistoryError) -> RunOutcome {
        var outcome = ended
        do {
            outcome.error = try await FailureSteps(run: context, past: past)
                .execute(names, after: outcome.state, outcome.error)
        } catch {
            setting.history.abandonRun(context.id)
            throw error
        }
        outcome.seconds = clock.duration(to: .now).inSeconds
        try await end(context.id, outcome)
        setting.report(.runFinished(outcome))
        return outcome
    }

    private func end(_ id: RunID, _ outcome: RunOutcome) async throws(HistoryError) {
        do {
            let isWhole = outcome.error == nil
            try await setting.history.endRun(
                id, state: outcome.state, outputs: isWhole ? Value.mapping(outcome.outputs).json(.compact) : nil,
                error: outcome.error, at: setting.now())
            try await setting.history.sync()
        } catch {
            // The record cannot tell how it ended: it is to be known at once that it has.
            setting.history.abandonRun(id)
            throw error
        }
    }

    private func begin(inputs: Mapping, start: HeadStart?, at started: Date) async throws(HistoryError) -> RunID {
        let run = NewRun(
            id: setting.scheduled?.id ?? setting.ids.next(), workflow: definition.name, path: file?.path,
            texts: definition.texts,
            inputs: Value.mapping(inputs).json(.compact), options: setting.options.json, headStart: start,
            trigger: setting.options.occasion?.trigger ?? RunOccasion.shell,
            occurrence: setting.scheduled?.occurrence, process: process, started: started)
        guard setting.scheduled == nil else {
            // Of two processes for one occurrence, the second finds the id taken, and must not take another one.
            try await setting.history.beginRun(run)
            return run.id
        }
        return try await setting.history.beginRun(run, ids: setting.ids)
    }

    private var process: RunProcess {
        RunProcess(
            nightjarVersion: setting.version, pid: ProcessInfo.processInfo.processIdentifier,
            host: ProcessInfo.processInfo.hostName)
    }

}

extension WorkflowDefinition {
    /// The workflow's file and those of the workflows that it calls, for the record.
    package var texts: RunTexts {
        func digested(_ text: String) -> DigestedText {
            DigestedText(text: text, sha256: SHA256.hash(data: Data(text.utf8)).hexadecimal)
        }
        let called = calledWorkflows.map { ($0.file.path, digested($0.definition.source.text)) }
        return RunTexts(
            workflow: digested(source.text), called: Dictionary(called, uniquingKeysWith: { first, _ in first }))
    }

    /// What the workflow gives back.
    func evaluateOutputs(_ names: Mapping, environment: Environment) throws -> Mapping {
        var values: Mapping = [:]
        for (key, value) in outputs { values[key] = try value.evaluate(names, environment: environment) }
        return values
    }
}
