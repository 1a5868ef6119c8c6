import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension WorkflowStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let called = try self.called ?? { throw StepFailure(.badValue, "the workflow `\(name)` was not read") }()
        let names = try calledNames(of: called, context)
        var run = context.run
        run.definition = called.definition
        let inner = run
        let surroundings = StepSequence.Surroundings(
            path: context.event.path, depth: context.event.depth + 1, item: context.work.item,
            loops: context.work.loops, past: context.work.past, doesAnew: context.work.doesAnew,
            isAfterNewWork: context.work.isAfterNewWork, lastEnd: context.work.lastEnd)
        let limit = TimeLimit(
            limit: called.definition.timeLimit, subject: "the workflow `\(called.definition.name)`",
            sleep: context.setting.sleep)
        let results = try await limit.run {
            try await StepSequence(run: inner, steps: called.definition.steps).execute(names, inside: surroundings)
        }
        return try called.definition.evaluateOutputs(names.adding(steps: results), environment: run.environment)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        StepPreview(lines: ["runs the workflow `\(called?.definition.name ?? name)`"], result: nil)
    }

    /// What the called workflow's expressions see: its own inputs, and nothing of the steps around it.
    func calledNames(of called: CalledWorkflow, _ view: some StepView) throws -> Mapping {
        var names = view.names
        names["inputs"] = .mapping(try inputValues(for: called.definition, view))
        names["steps"] = [:]
        names["workflow"] = .mapping(
            RunNames.workflow(called.definition, file: called.file, project: view.setting.project))
        for name in names.keys where !RunNames.everywhere.contains(name) { names[name] = nil }
        return names
    }

    private func inputValues(for definition: WorkflowDefinition, _ view: some StepView) throws -> Mapping {
        let given = try view.value(inputs).mapping ?? [:]
        do throws(InputMistake) {
            return try definition.inputValues(from: given)
        } catch .missing(let name) {
            throw StepFailure(.badValue, "the input `\(name)` of `\(definition.name)` is required, and got nothing")
        } catch .refused(let name, let mistake) {
            throw StepFailure(
                .badValue,
                "the input `\(name)` of `\(definition.name)` takes \(mistake.expected), not \(mistake.found)")
        }
    }
}
