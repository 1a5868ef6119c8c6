import History
import Jinja
import OrderedCollections
import Runner

extension RunEvent {
    /// The event as a line of `--json`; `nil` for those that come too often to be read.
    var value: Value? {
        switch self {
        case .runStarted(let id, let workflow, let inputs):
            return [
                "type": "run.started", "id": .string(id), "workflow": .string(workflow), "inputs": .mapping(inputs),
            ]
        case .runResumed(let id, let workflow):
            return ["type": "run.resumed", "id": .string(id), "workflow": .string(workflow)]
        case .stepStarted(let step): return Self.event("step.started", step)
        case .stepChanged(let step, let reason):
            return Self.event("step.changed", step, ["reason": .string(reason)])
        case .itemsCounted(let step, let count):
            return Self.event(
                "step.items", step,
                [
                    "count": .integer(count.total), "kept": .integer(count.kept), "reused": .integer(count.reused),
                    "failed": .integer(count.failed),
                ])
        case .itemFinished(let step, let index, let outcome):
            return Self.event("item.finished", step, ["index": .integer(index)], outcome)
        case .stepFinished(let step, let outcome, let seconds):
            return Self.event("step.finished", step, ["seconds": Self.rounded(seconds)], outcome)
        case .stepRetried(let step, let attempt, let message, let delay):
            return Self.event(
                "step.retried", step,
                ["attempt": .integer(attempt), "error": .string(message), "delay": Self.rounded(delay)])
        case .callFinished(let step, let call):
            return Self.event(
                "call.finished", step,
                [
                    "model": .string(call.model),
                    "tokens": Self.tokens(prompt: call.promptTokens, generated: call.generatedTokens),
                    "seconds": Self.rounded(call.seconds),
                ])
        case .callReused(let step, let model, let source):
            return Self.event("call.reused", step, ["model": .string(model), "from": .string(source)])
        case .modelWaiting(let step, let reason):
            return Self.event("model.waiting", step, ["reason": .string(reason)])
        case .modelPassedOver(let step, let model, let reason):
            return Self.event("model.passed_over", step, ["model": .string(model), "reason": .string(reason)])
        case .fileWritten(let step, let path, let bytes):
            return Self.event("file.written", step, ["path": .string(path), "bytes": .integer(bytes)])
        case .runFinished(let outcome): return Self.finished(outcome)
        case .modelLoading, .modelEvaluating, .modelText: return nil
        }
    }

    private static func event(
        _ type: String, _ step: StepEvent, _ more: Mapping = [:], _ outcome: StepOutcome? = nil
    ) -> Value {
        var event: Mapping = ["type": .string(type), "step": .string(step.path), "kind": .string(step.kind)]
        event.merge(more) { _, new in new }
        if let outcome {
            event["state"] = .string(outcome.word)
            if case .failed(let message) = outcome { event["error"] = .string(message) }
        }
        return .mapping(event)
    }

    private static func finished(_ outcome: RunOutcome) -> Value {
        var event: Mapping = [
            "type": "run.finished",
            "id": .string(outcome.id),
            "workflow": .string(outcome.workflow),
            "state": .string(outcome.state.rawValue),
            "outputs": .mapping(outcome.outputs),
            "items": [
                "done": .integer(outcome.work.itemsDone), "failed": .integer(outcome.work.itemsFailed),
                "reused": .integer(outcome.work.itemsReused),
            ],
            "steps": ["failed": .integer(outcome.work.stepsFailed)],
            "calls": .integer(outcome.work.calls),
            "tokens": tokens(prompt: outcome.work.promptTokens, generated: outcome.work.generatedTokens),
            "files": .list(outcome.work.files.map { .string($0) }),
            "seconds": rounded(outcome.seconds),
        ]
        if let error = outcome.error {
            event["error"] = ["code": .string(error.code), "message": .string(error.message)]
        }
        return .mapping(event)
    }

    private static func tokens(prompt: Int, generated: Int) -> Value {
        ["prompt": .integer(prompt), "generated": .integer(generated)]
    }

    private static func rounded(_ seconds: Double) -> Value { .number((seconds * 1000).rounded() / 1000) }
}
