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
    /// - Parameter inputs: a value for each declared input.
    /// - Throws: only where the record cannot be written.
    package func execute(inputs: Mapping) async throws(HistoryError) -> RunOutcome {
        let started = setting.now()
        let clock = ContinuousClock.now
        let id = try await begin(inputs: inputs, at: started)
        let context = RunContext(
            id: id, definition: definition, setting: setting,
            files: ProjectFiles(setting),
            environment: .standard, models: RunModels(definition, setting), progress: RunProgress())
        setting.report(.runStarted(id: id.text, workflow: definition.name, inputs: inputs))

        var outputs: Mapping = [:]
        var failure: (any Error)?
        do {
            let names = RunNames.values(
                inputs: inputs, id: id, started: started, definition: definition, file: file, setting: setting)
            let limit = TimeLimit(
                limit: definition.timeLimit, subject: "the workflow `\(definition.name)`", sleep: setting.sleep)
            let results = try await limit.run {
                try await context.models.checkPins()
                return try await StepSequence(run: context, steps: definition.steps).execute(names, inside: nil)
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
        let outcome = RunOutcome(
            id: id.text, workflow: definition.name, state: state, outputs: outputs,
            error: failure.map {
                state == .interrupted
                    ? RecordedError(code: "interrupted", message: "the run was interrupted") : RecordedError($0)
            },
            work: work, seconds: clock.duration(to: .now).inSeconds)
        try await setting.history.endRun(
            id, state: state, outputs: failure == nil ? Value.mapping(outputs).json(.compact) : nil,
            error: outcome.error, at: setting.now())
        try await setting.history.sync()
        setting.report(.runFinished(outcome))
        return outcome
    }

    private func begin(inputs: Mapping, at started: Date) async throws(HistoryError) -> RunID {
        let text = definition.source.text
        let digest = SHA256.hash(data: Data(text.utf8)).hexadecimal
        let run = NewRun(
            id: setting.ids.next(), workflow: definition.name, path: file?.path, workflowText: text,
            workflowSHA256: digest, inputs: Value.mapping(inputs).json(.compact), trigger: "shell",
            nightjarVersion: setting.version, pid: ProcessInfo.processInfo.processIdentifier,
            host: ProcessInfo.processInfo.hostName, started: started)
        return try await setting.history.beginRun(run, ids: setting.ids)
    }
}

extension WorkflowDefinition {
    /// What the workflow gives back.
    func evaluateOutputs(_ names: Mapping, environment: Environment) throws -> Mapping {
        var values: Mapping = [:]
        for (key, value) in outputs { values[key] = try value.evaluate(names, environment: environment) }
        return values
    }
}

extension Digest {
    /// The digest in lower-case hexadecimal digits.
    var hexadecimal: String {
        reduce(into: "") { text, byte in
            let digits = String(byte, radix: 16)
            text += digits.count == 1 ? "0" + digits : digits
        }
    }
}
