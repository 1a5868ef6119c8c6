import History
package import Jinja
import OrderedCollections
import Workflow

extension WorkflowRun {
    /// Looks ahead: finds and reads files, renders prompts, and stops where only a model's answer goes further.
    package func plan(inputs: Mapping) async throws -> RunPlan {
        let names = RunNames.values(
            inputs: inputs, id: setting.ids.next(), started: setting.now(), definition: definition, file: file,
            setting: setting)
        let planner = Planner(
            definition: definition, setting: setting,
            files: ProjectFiles(setting))
        return RunPlan(steps: try await planner.plan(definition.steps, names, path: nil, depth: 0).steps)
    }
}

/// Walks the steps in order, with what is known of their results.
private struct Planner {
    let definition: WorkflowDefinition
    let setting: RunSetting
    let files: ProjectFiles

    typealias Planned = RunPlan.PlannedStep

    /// - Returns: the steps, and their results where all of them are known.
    func plan(
        _ steps: [Step], _ names: Mapping, path: String?, depth: Int, isUncertain: Bool = false
    ) async throws -> (steps: [Planned], results: Mapping?) {
        var planned: [Planned] = []
        var results: Mapping = [:]
        var isUncertain = isUncertain
        for step in ordered(steps) {
            try Task.checkCancellation()
            let (entry, ending) = try await plan(
                step, names.adding(steps: results), path: path, depth: depth, isUncertain: isUncertain)
            planned.append(entry)
            if let ending {
                let withState = definition.demands.states.contains(step.id)
                results[step.id] = .mapping(ending.visible(withState: withState))
            } else {
                isUncertain = true
            }
        }
        return (planned, results.count == steps.count ? results : nil)
    }

    private func plan(
        _ step: Step, _ names: Mapping, path: String?, depth: Int, isUncertain: Bool
    ) async throws -> (Planned, StepEnding?) {
        let event = StepEvent(
            path: path.map { "\($0).\(step.id)" } ?? step.id, id: step.id, kind: step.kindName, name: step.name,
            depth: depth)
        var planned = Planned(
            event: event, needs: step.needs, lines: [], items: nil, nested: [], error: nil, dependsOnResults: false)
        do {
            if let condition = step.condition,
                !(try condition.isMet(names, environment: Environment.workflow.telling(hasFailure: false)))
            {
                planned.lines = ["skipped: its `if` is not true"]
                return (planned, .skipped)
            }
            guard let foreach = step.foreach else {
                let (body, result) = try await planBody(of: step, names, planned, isUncertain: isUncertain)
                return (body, result.map { StepEnding(outcome: .done, result: $0) })
            }
            let value = try foreach.items.evaluate(names, environment: .workflow)
            guard let items = value.list ?? value.mapping.map(Foreach.items) else {
                throw StepFailure(.badValue, "`foreach` needs a list or a mapping, and got \(value.kindPhrase)")
            }
            planned.items = items.count
            guard let first = items.first else {
                return (
                    planned,
                    StepEnding(outcome: .done, result: ["items": [], "count": 0, "done": 0, "failed": []])
                )
            }
            var inner = names
            inner[foreach.itemName] = first
            inner["index"] = 0
            var (body, _) = try await planBody(of: step, inner, planned, isUncertain: isUncertain)
            body.event = event
            // What the other items give is left to the run.
            return (body, nil)
        } catch let error as CancellationError {
            throw error
        } catch {
            if isUncertain, !Self.isCertain(error) {
                planned.dependsOnResults = true
            } else if step.continuesOnError {
                planned.lines.append("fails, and the run goes on: \(RecordedError(error).message)")
                return (planned, StepEnding(failure: error))
            } else {
                planned.error = RecordedError(error).message
            }
            return (planned, nil)
        }
    }

    /// Whether a failure does not come of results that are not known yet.
    private static func isCertain(_ error: any Error) -> Bool {
        guard let failure = error as? StepFailure else { return false }
        return [.writeRefused, .requestRefused, .noModel].contains(failure.code)
    }

    private func planBody(
        of step: Step, _ names: Mapping, _ planned: Planned, isUncertain: Bool
    ) async throws -> (Planned, Mapping?) {
        var planned = planned
        switch step.body {
        case .nested(let steps):
            let path = step.foreach == nil ? planned.event.path : "\(planned.event.path)[0]"
            let (nested, results) = try await plan(
                steps, names, path: path, depth: planned.event.depth + 1, isUncertain: isUncertain)
            planned.nested = nested
            return (planned, results)
        case .kind(let kind):
            guard let executable = kind as? any ExecutableStep else { return (planned, nil) }
            let context = PreviewContext(
                step: step, definition: definition, setting: setting, files: files, environment: .workflow,
                names: names)
            let preview = try await executable.preview(context)
            planned.lines = preview.lines
            if let step = kind as? WorkflowStep, let called = step.called {
                let inner = Planner(definition: called.definition, setting: setting, files: files)
                planned.nested = try await inner.plan(
                    called.definition.steps, try step.calledNames(of: called, context), path: planned.event.path,
                    depth: planned.event.depth + 1, isUncertain: isUncertain
                ).steps
            }
            return (planned, preview.result)
        }
    }

    /// Each step after those that it waits for.
    private func ordered(_ steps: [Step]) -> [Step] {
        var ordered: [Step] = []
        var waiting = steps
        while let next = waiting.firstIndex(where: { step in
            step.needs.allSatisfy { id in ordered.contains { $0.id == id } }
        }) {
            ordered.append(waiting.remove(at: next))
        }
        return ordered
    }
}
