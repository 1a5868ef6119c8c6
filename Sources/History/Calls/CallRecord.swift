package import Foundation
internal import GRDB

/// One model call, as recorded.
package struct CallRecord: Sendable, Hashable {
    package let row: CallRowID
    package let run: RunID
    package let step: StepRowID
    /// Where the step stands in the run, such as `triage[3].label`.
    package let stepPath: String
    /// What was asked.
    package let call: NewCall
    package let state: CallState
    package let started: Date
    package let ended: Date?
    /// From begin to end.
    package let seconds: Double?
    /// What came of it; its `model` is that of `call`.
    package let result: CallResult
    package let error: RecordedError?
}

extension HistoryStore {
    /// Model calls of a run, or of one step, in the order in which they began: at most `limit` of those behind the row
    /// `after`. Each comes with its prompt and answer.
    package func calls(
        of run: RunID, step: StepRowID? = nil, after: CallRowID? = nil, limit: Int = 100
    ) async throws(HistoryError) -> [CallRecord] {
        try await read { db in
            var arguments: StatementArguments = [run.text, after?.rawValue ?? 0]
            if let step { arguments += [step.rawValue] }
            return try db.rows(
                """
                SELECT calls.*, steps.path AS step_path
                FROM calls JOIN steps ON steps.id = calls.step_id
                WHERE calls.run_id = ? AND calls.id > ? \(step == nil ? "" : "AND calls.step_id = ?")
                ORDER BY calls.id LIMIT ?
                """, arguments + [max(0, limit)]
            ).map(CallRecord.init)
        }
    }
}

extension CallRecord {
    init(_ row: Row) throws {
        self.row = CallRowID(rawValue: row["id"])
        run = try row.runID("run_id")
        step = StepRowID(rawValue: row["step_id"])
        stepPath = row["step_path"]
        call = NewCall(
            engine: row["engine"], model: row["model"], messages: row["messages"], sampler: row["sampler"],
            maxTokens: row["max_tokens"], schema: row["schema"], digest: row["request_digest"])
        state = try row.state()
        started = try row.time("started_at")
        ended = try row.timeIfAny("ended_at")
        seconds = row["seconds"]
        result = CallResult(
            response: row["response"], reasoning: row["reasoning"], renderedPrompt: row["rendered_prompt"],
            model: row["model"],
            digest: row["digest"], seed: row["seed"], promptTokens: row["prompt_tokens"],
            generatedTokens: row["generated_tokens"], seconds: CallSeconds(row), finishReason: row["finish_reason"],
            context: row["context"], passedOver: row["passed_over"], work: CallWork(row))
        error = row.recordedError
    }
}

extension CallWork {
    fileprivate init?(_ row: Row) {
        guard let evaluated: Int = row["evaluated_tokens"] else { return nil }
        self.init(
            evaluated: evaluated, reused: row["reused_tokens"], steps: row["decode_steps"],
            drafted: row["drafted_tokens"], accepted: row["accepted_tokens"], forced: row["forced_tokens"])
    }
}

extension CallSeconds {
    fileprivate init?(_ row: Row) {
        guard let wait: Double = row["wait_seconds"], let load: Double = row["load_seconds"],
            let prompt: Double = row["prompt_seconds"], let generation: Double = row["generation_seconds"]
        else { return nil }
        self.init(wait: wait, load: load, prompt: prompt, generation: generation)
    }
}
