import Foundation
import History
import Jinja
import OrderedCollections

/// The record's rows as `--json` shows them.
extension RunSummary {
    var value: Value { .mapping(fields) }

    var fields: Mapping {
        var fields: Mapping = [
            "id": .string(id.text), "workflow": .string(workflow), "state": .string(state.rawValue),
            "trigger": .string(trigger), "started_at": started.value, "ended_at": ended.value,
            "seconds": seconds.value,
            "items": [
                "total": .integer(totals.items), "done": .integer(totals.itemsDone),
                "failed": .integer(totals.itemsFailed), "reused": .integer(totals.itemsReused),
            ],
            "calls": .integer(totals.calls),
            "tokens": ["prompt": .integer(totals.promptTokens), "generated": .integer(totals.generatedTokens)],
            "files": .integer(totals.files),
        ]
        if let error { fields["error"] = error.value }
        return fields
    }
}

extension RunRecord {
    var fields: Mapping {
        var fields = summary.fields
        fields["path"] = path.map { .string($0) } ?? .null
        fields["inputs"] = Value(recorded: inputs)
        fields["outputs"] = outputs.map { Value(recorded: $0) } ?? .null
        fields["options"] = options.map { Value(recorded: $0) } ?? .null
        fields["resumes"] = .integer(resumes)
        fields["source_run"] = source.map { .string($0.text) } ?? .null
        fields["nightjar_version"] = .string(process.nightjarVersion)
        fields["host"] = .string(process.host)
        return fields
    }
}

extension StepRecord {
    var value: Value {
        var fields: Mapping = [
            "path": .string(path), "id": .string(stepID), "kind": .string(kind),
            "attempt": .integer(attempt), "state": .string(state.rawValue),
            "started_at": started.value, "seconds": seconds.value,
            "output": output.map { Value(recorded: $0) } ?? .null,
        ]
        if let name { fields["name"] = .string(name) }
        if let error { fields["error"] = error.value }
        return .mapping(fields)
    }
}

extension ItemRecord {
    var value: Value {
        var fields: Mapping = [
            "index": .integer(index), "key": key.map { .string($0) } ?? .null,
            "label": label.map { .string($0) } ?? .null,
            "state": .string(state.rawValue), "seconds": seconds.value,
            "output": output.map { Value(recorded: $0) } ?? .null,
        ]
        if let error { fields["error"] = error.value }
        return .mapping(fields)
    }
}

extension CallRecord {
    var value: Value {
        var fields: Mapping = [
            "step": .string(stepPath), "engine": .string(call.engine),
            "model": .string(result.model ?? call.model),
            "digest": result.digest.map { .string($0) } ?? .null, "state": .string(state.rawValue),
            "messages": Value(recorded: call.messages),
            "prompt": result.renderedPrompt.map { .string($0) } ?? .null,
            "response": result.response.map { .string($0) } ?? .null,
            "reasoning": result.reasoning.map { .string($0) } ?? .null,
            "schema": call.schema.map { Value(recorded: $0) } ?? .null,
            "sampler": Value(recorded: call.sampler), "seed": result.seed.map { .integer(Int($0)) } ?? .null,
            "max_tokens": call.maxTokens.map { .integer($0) } ?? .null,
            "finish_reason": result.finishReason.map { .string($0) } ?? .null,
            "tokens": [
                "prompt": result.promptTokens.map { .integer($0) } ?? .null,
                "generated": result.generatedTokens.map { .integer($0) } ?? .null,
            ],
            "started_at": started.value, "seconds": seconds.value,
        ]
        if let parts = result.seconds {
            fields["timings"] = [
                "wait": .number(parts.wait), "load": .number(parts.load), "prompt": .number(parts.prompt),
                "generation": .number(parts.generation),
            ]
        }
        if let work = result.work {
            fields["work"] = [
                "evaluated": .integer(work.evaluated), "reused": .integer(work.reused), "steps": .integer(work.steps),
                "drafted": .integer(work.drafted), "accepted": .integer(work.accepted),
                "forced": .integer(work.forced),
            ]
        }
        fields["context"] = result.context.map { .integer($0) } ?? .null
        if let passedOver = result.passedOver { fields["passed_over"] = Value(recorded: passedOver) }
        if let error { fields["error"] = error.value }
        return .mapping(fields)
    }
}

extension FileRecord {
    var value: Value {
        [
            "step": .string(stepPath), "path": .string(path), "bytes": .integer(bytes), "sha256": .string(sha256),
            "mode": .string(mode.rawValue), "written_at": written.value,
        ]
    }
}

extension RecordedError {
    fileprivate var value: Value { ["code": .string(code), "message": .string(message)] }
}

extension Value {
    /// JSON that Nightjar itself wrote into the record; what cannot be read is shown as the text that it is.
    init(recorded json: String) {
        self = (try? Value(json: json)) ?? .string(json)
    }
}

extension Date {
    fileprivate var value: Value {
        .string(formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}

extension Date? {
    fileprivate var value: Value { self?.value ?? .null }
}

extension Double? {
    fileprivate var value: Value { map { .number(($0 * 1000).rounded() / 1000) } ?? .null }
}
