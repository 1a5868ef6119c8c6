package import Foundation
internal import GRDB

extension HistoryStore {
    /// Records that a model is about to be called.
    package func beginCall(
        _ call: NewCall, step: StepRowID, at date: Date
    ) async throws(HistoryError) -> CallRowID {
        try await write { db in
            try db.insert(call, step: step, state: .running, at: date)
        }
    }

    /// Records that no model needs to be called, since its answer is known.
    package func reuseCall(
        _ call: NewCall, result: CallResult, step: StepRowID, at date: Date
    ) async throws(HistoryError) {
        try await write { db in
            let row = try db.insert(call, step: step, state: .reused, at: date)
            // What was evaluated and generated counts where it was: in the call that this answer comes from.
            try db.update(
                """
                UPDATE calls SET ended_at = started_at, response = ?, reasoning = ?, rendered_prompt = ?,
                    model = coalesce(?, model), digest = ?, seed = ?, finish_reason = ?, context = ?
                WHERE id = ?
                """,
                [
                    result.response, result.reasoning, result.renderedPrompt, result.model, result.digest, result.seed,
                    result.finishReason, result.context, row.rawValue,
                ], row: "call \(row.rawValue)")
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
                    finish_reason = ?, reasoning = ?, context = ?, passed_over = ?, evaluated_tokens = ?,
                    reused_tokens = ?, decode_steps = ?, drafted_tokens = ?, accepted_tokens = ?, forced_tokens = ?,
                    error_code = ?, error_message = ?
                WHERE id = ?
                """,
                [
                    state.rawValue, state == .running ? nil : Timestamp.text(date), result.response,
                    result.renderedPrompt, result.model, result.digest, result.seed, result.promptTokens,
                    result.generatedTokens, result.seconds?.wait, result.seconds?.load, result.seconds?.prompt,
                    result.seconds?.generation, result.finishReason, result.reasoning, result.context,
                    result.passedOver, result.work?.evaluated, result.work?.reused, result.work?.steps,
                    result.work?.drafted, result.work?.accepted, result.work?.forced,
                    error?.code, error?.message, row.rawValue,
                ], row: "call \(row.rawValue)")
        }
    }
}

extension Database {
    fileprivate func insert(
        _ call: NewCall, step: StepRowID, state: CallState, at date: Date
    ) throws -> CallRowID {
        let row = try insert(
            """
            INSERT INTO calls (run_id, step_id, engine, model, messages, sampler, max_tokens, schema,
                request_digest, state, started_at)
            SELECT run_id, id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM steps WHERE id = ?
            """,
            [
                call.engine, call.model, call.messages, call.sampler, call.maxTokens, call.schema, call.digest,
                state.rawValue, Timestamp.text(date), step.rawValue,
            ], parent: "step \(step.rawValue)")
        return CallRowID(rawValue: row)
    }
}
