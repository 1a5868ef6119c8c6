package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that a model is about to be called.
    package func beginCall(
        _ call: NewCall, step: StepRowID, at date: Date
    ) async throws(HistoryError) -> CallRowID {
        try await write { db in
            let row = try db.insert(
                """
                INSERT INTO calls (run_id, step_id, engine, model, messages, sampler, max_tokens, schema, state,
                    started_at)
                SELECT run_id, id, ?, ?, ?, ?, ?, ?, 'running', ? FROM steps WHERE id = ?
                """,
                [
                    call.engine, call.model, call.messages, call.sampler, call.maxTokens, call.schema,
                    Timestamp.text(date), step.rawValue,
                ], parent: "step \(step.rawValue)")
            return CallRowID(rawValue: row)
        }
    }

    /// Records what came of a model call.
    package func endCall(
        _ row: CallRowID, state: CallState, result: CallResult = CallResult(), error: RecordedError? = nil,
        at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            try db.update(
                """
                UPDATE calls SET state = ?, ended_at = ?, response = ?, rendered_prompt = ?,
                    model = coalesce(?, model), digest = ?, seed = ?, prompt_tokens = ?, generated_tokens = ?,
                    wait_seconds = ?, load_seconds = ?, prompt_seconds = ?, generation_seconds = ?,
                    finish_reason = ?, reasoning = ?, context = ?, passed_over = ?, error_code = ?, error_message = ?
                WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : Timestamp.text(date), result.response,
                    result.renderedPrompt, result.model, result.digest, result.seed, result.promptTokens,
                    result.generatedTokens, result.seconds?.wait, result.seconds?.load, result.seconds?.prompt,
                    result.seconds?.generation, result.finishReason, result.reasoning, result.context,
                    result.passedOver,
                    error?.code, error?.message, row.rawValue,
                ], row: "call \(row.rawValue)")
        }
    }
}
