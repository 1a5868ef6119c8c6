/// Views for people with `sqlite3` or Datasette: what they would otherwise join by hand. The comments are kept in the
/// file and shown by `.schema`. A view that is to change is dropped and made anew by a later migration.
enum Overviews {
    static let first = """
        CREATE VIEW run_overview AS
        -- One row per run.
        SELECT
            runs.id AS run_id,
            runs.workflow,
            runs.state,                         -- running, done, partial, failed, interrupted
            runs.trigger,                       -- what began it: shell, schedule, …
            runs.started_at,                    -- UTC
            runs.ended_at,
            runs.seconds,
            run_totals.items,                   -- turns of foreach loops
            run_totals.items_done,
            run_totals.items_failed,
            run_totals.calls,                   -- model calls
            run_totals.prompt_tokens,
            run_totals.generated_tokens,
            run_totals.files,                   -- files written
            runs.error_code,
            runs.error_message,
            runs.inputs,                        -- JSON
            runs.outputs                        -- JSON
        FROM runs JOIN run_totals ON run_totals.run_id = runs.id;

        CREATE VIEW step_overview AS
        -- One row per attempt at a step, in each item where a foreach is around it.
        SELECT
            steps.run_id,
            runs.workflow,
            steps.id AS step_row,
            steps.path,                         -- where it stands: triage[3].label
            steps.step,                         -- its id in the workflow
            steps.kind,
            steps.attempt,
            steps.state,
            steps.started_at,
            steps.seconds,
            items.key AS item_key,
            steps.error_code,
            steps.error_message,
            steps.output                        -- JSON
        FROM steps
        JOIN runs ON runs.id = steps.run_id
        LEFT JOIN items ON items.id = steps.item_id;

        CREATE VIEW item_overview AS
        -- One row per turn of a foreach.
        SELECT
            items.run_id,
            runs.workflow,
            steps.path AS foreach,              -- the loop
            items.position,                     -- in its list, from 0
            items.key,
            items.label,
            items.state,
            items.started_at,
            items.seconds,
            items.error_code,
            items.error_message,
            items.output                        -- JSON
        FROM items
        JOIN runs ON runs.id = items.run_id
        JOIN steps ON steps.id = items.step_id;

        CREATE VIEW call_overview AS
        -- One row per model call.
        SELECT
            calls.run_id,
            runs.workflow,
            calls.id AS call_row,
            steps.path AS step,
            items.key AS item_key,
            calls.engine,
            calls.model,
            calls.digest,                       -- of the weights that answered
            calls.state,
            calls.started_at,
            calls.seconds,
            calls.prompt_tokens,
            calls.generated_tokens,
            round(calls.generated_tokens / nullif(calls.generation_seconds, 0), 1) AS tokens_per_second,
            calls.wait_seconds,
            calls.load_seconds,
            calls.prompt_seconds,
            calls.generation_seconds,
            calls.finish_reason,
            calls.seed,
            calls.sampler,                      -- JSON
            calls.messages,                     -- JSON, before the chat template
            calls.rendered_prompt,              -- after it
            calls.response,
            calls.error_code,
            calls.error_message
        FROM calls
        JOIN runs ON runs.id = calls.run_id
        JOIN steps ON steps.id = calls.step_id
        LEFT JOIN items ON items.id = steps.item_id;

        CREATE VIEW file_overview AS
        -- One row per file written.
        SELECT
            files.run_id,
            runs.workflow,
            steps.path AS step,
            files.path,
            files.mode,                         -- replace, create, append
            files.bytes,
            files.sha256,
            files.written_at
        FROM files
        JOIN runs ON runs.id = files.run_id
        JOIN steps ON steps.id = files.step_id;
        """

    static let third = """
        DROP VIEW IF EXISTS run_overview;
        CREATE VIEW run_overview AS
        -- One row per run.
        SELECT
            runs.id AS run_id,
            runs.workflow,
            runs.state,                         -- running, done, partial, failed, interrupted
            runs.trigger,                       -- what began it: shell, schedule, …
            runs.started_at,                    -- UTC
            runs.ended_at,
            runs.seconds,
            run_totals.items,                   -- of foreach loops
            run_totals.items_done,
            run_totals.items_failed,
            run_totals.items_reused,            -- not done again
            run_totals.calls,                   -- model calls
            run_totals.prompt_tokens,
            run_totals.generated_tokens,
            run_totals.files,                   -- files written
            runs.resumes,                       -- how often it was gone on with
            runs.error_code,
            runs.error_message,
            runs.inputs,                        -- JSON
            runs.outputs                        -- JSON
        FROM runs JOIN run_totals ON run_totals.run_id = runs.id;

        DROP VIEW IF EXISTS file_overview;
        CREATE VIEW file_overview AS
        -- One row per file written.
        SELECT
            files.run_id,
            runs.workflow,
            steps.path AS step,
            files.path,
            files.mode,                         -- replace, create, append
            files.bytes,
            files.sha256,
            files.written_at
        FROM files
        JOIN runs ON runs.id = files.run_id
        JOIN steps ON steps.id = files.step_id
        WHERE files.state = 'done';
        """
}
