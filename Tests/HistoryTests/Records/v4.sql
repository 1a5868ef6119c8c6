-- A record as Nightjar wrote it before it counted what decoding cost: a run that has ended, and a schedule.
PRAGMA application_id = 1313489234;
CREATE TABLE cache (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,           -- digest of the weights and of all that was asked
    model TEXT NOT NULL,                -- as ENGINE/NAME
    answer TEXT NOT NULL,               -- JSON
    bytes INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE called_texts (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES workflow_texts (sha256),
    PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    engine TEXT NOT NULL,
    model TEXT NOT NULL,                -- as ENGINE/NAME
    digest TEXT,                        -- of the weights that answered
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'interrupted', 'reused')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    seconds REAL GENERATED ALWAYS AS (round((julianday(ended_at) - julianday(started_at)) * 86400, 3)) VIRTUAL,
    prompt_tokens INTEGER,
    generated_tokens INTEGER,
    wait_seconds REAL,                  -- for the engine's turn
    load_seconds REAL,                  -- of the model, 0 when it was loaded
    prompt_seconds REAL,                -- up to the first token
    generation_seconds REAL,            -- from the first token to the last
    finish_reason TEXT,
    seed INTEGER,
    max_tokens INTEGER,
    sampler TEXT NOT NULL,              -- JSON
    schema TEXT,                        -- JSON Schema of the answer
    error_code TEXT,
    error_message TEXT,
    messages TEXT NOT NULL,             -- JSON
    rendered_prompt TEXT,               -- after the model's chat template
    response TEXT, reasoning TEXT, context INTEGER, passed_over TEXT, request_digest TEXT,
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    sha256 TEXT NOT NULL,
    mode TEXT NOT NULL,                 -- replace, create, append
    written_at TEXT NOT NULL
, state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('begun', 'done')), position INTEGER, content BLOB) STRICT;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,  -- the row of the foreach
    position INTEGER NOT NULL,          -- in the list, from 0
    key TEXT,                           -- what tells it from others, across runs
    label TEXT,                         -- as shown to people
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'running', 'done', 'failed', 'skipped', 'interrupted', 'reused')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    seconds REAL GENERATED ALWAYS AS (round((julianday(ended_at) - julianday(started_at)) * 86400, 3)) VIRTUAL,
    error_code TEXT,
    error_message TEXT,
    output TEXT, failed_items INTEGER NOT NULL DEFAULT 0, failed_steps INTEGER NOT NULL DEFAULT 0, value_digest TEXT, work_digest TEXT,                        -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE TABLE occurrences (
    id INTEGER PRIMARY KEY,
    schedule_id INTEGER REFERENCES schedules (id),  -- none where a person asked for it
    path TEXT NOT NULL,                 -- of the workflow's file
    workflow TEXT NOT NULL,
    key TEXT NOT NULL,                  -- what tells it from others of its schedule: the time, or the files
    trigger TEXT NOT NULL,              -- schedule, change, manual
    due_at TEXT NOT NULL,
    last_due_at TEXT,                   -- where the row stands for many times
    times INTEGER NOT NULL DEFAULT 1,   -- for how many
    scheduled_for TEXT NOT NULL,        -- the due time by the clock of the schedule's zone
    start_at TEXT NOT NULL,             -- the due time and its jitter
    state TEXT NOT NULL CHECK (
        state IN ('waiting', 'starting', 'running', 'ran', 'late', 'skipped', 'coalesced', 'missed')),
    is_late INTEGER NOT NULL DEFAULT 0,
    reason TEXT,                        -- why it did not run, or not in time
    run_id TEXT,
    resumes INTEGER NOT NULL DEFAULT 0, -- how often the scheduler went on with its run
    inputs TEXT,                        -- JSON
    files TEXT,                         -- JSON: the new and changed files that it is for
    noted_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT
) STRICT;
CREATE TABLE once_items (
    id INTEGER PRIMARY KEY,
    definition TEXT NOT NULL,           -- digest of the workflow, the step, and what it does
    key TEXT NOT NULL,
    output TEXT NOT NULL,               -- JSON
    run_id TEXT NOT NULL,               -- that did it; it may have been pruned
    done_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    UNIQUE (definition, key)
) STRICT;
CREATE TABLE run_totals (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    items INTEGER NOT NULL DEFAULT 0,
    items_done INTEGER NOT NULL DEFAULT 0,
    items_failed INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    generated_tokens INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0
, items_reused INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,       -- UTC date and time, and four characters: 20261124-020745-k3f9
    workflow TEXT NOT NULL,             -- its name
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'running', 'done', 'partial', 'failed', 'interrupted')),
    started_at TEXT NOT NULL,           -- times are ISO 8601, UTC, with milliseconds
    ended_at TEXT,
    seconds REAL GENERATED ALWAYS AS (round((julianday(ended_at) - julianday(started_at)) * 86400, 3)) VIRTUAL,
    trigger TEXT NOT NULL,              -- shell, schedule, …
    path TEXT,                          -- of the workflow's file
    workflow_sha256 TEXT NOT NULL REFERENCES workflow_texts (sha256),
    nightjar_version TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    inputs TEXT NOT NULL,               -- JSON
    outputs TEXT, options TEXT, resumes INTEGER NOT NULL DEFAULT 0, source_run TEXT,                       -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE TABLE schedules (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,                 -- of the workflow's file
    workflow TEXT NOT NULL,             -- its name
    spec TEXT NOT NULL,                 -- JSON: when it is due, by which it is known again
    settings TEXT NOT NULL,             -- JSON: what else the entry says
    considered_until TEXT NOT NULL,     -- every time up to here is accounted for
    paused_at TEXT,
    skip_next INTEGER NOT NULL DEFAULT 0,
    removed_at TEXT,                    -- when it was taken out of the file
    UNIQUE (path, spec)
) STRICT;
CREATE TABLE seen_files (
    schedule_id INTEGER NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    stamp TEXT NOT NULL,                -- size, time of change, number
    PRIMARY KEY (schedule_id, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE steps (
    id INTEGER PRIMARY KEY,             -- in the order in which they began
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    item_id INTEGER REFERENCES items (id) ON DELETE CASCADE,    -- the item of a foreach that it is part of
    step TEXT NOT NULL,                 -- its id in the workflow
    kind TEXT NOT NULL,                 -- prompt, read, write, …
    path TEXT NOT NULL,                 -- where it stands: triage[3].label
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'running', 'done', 'failed', 'skipped', 'interrupted', 'reused')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    seconds REAL GENERATED ALWAYS AS (round((julianday(ended_at) - julianday(started_at)) * 86400, 3)) VIRTUAL,
    name TEXT,                          -- as shown to people
    error_code TEXT,
    error_message TEXT,
    output TEXT, definition_digest TEXT, input_digest TEXT, failed_items INTEGER NOT NULL DEFAULT 0, failed_steps INTEGER NOT NULL DEFAULT 0,                        -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE TABLE watched_texts (
    workflow_path TEXT NOT NULL REFERENCES watched_workflows (path) ON DELETE CASCADE,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES workflow_texts (sha256),
    PRIMARY KEY (workflow_path, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE watched_workflows (
    path TEXT NOT NULL PRIMARY KEY,     -- of the file
    workflow TEXT NOT NULL,             -- its name
    error TEXT,                         -- why the file is not used as it is now
    seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE workflow_texts (
    sha256 TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
INSERT INTO grdb_migrations VALUES('v1 runs, steps, items, calls, files');
INSERT INTO grdb_migrations VALUES('v1 overviews');
INSERT INTO grdb_migrations VALUES('v2 what servers tell of calls');
INSERT INTO grdb_migrations VALUES('v3 what a resume needs');
INSERT INTO grdb_migrations VALUES('v4 schedules and occurrences');
INSERT INTO workflow_texts VALUES('8dd99e2d05aeac6e765485576532d7534bd9e4c6dc696281671123923985b05f',replace('version: 1\nschedule: "0 3 * * *"\nsteps:\n  - id: write\n    prompt: { user: "Write a short status report.", max_tokens: 8, temperature: 0, allow_truncated: true }\n    model: local/fledgling\n','\n',char(10)));
INSERT INTO runs VALUES('20261126-153959-7hsm','letters','done','2026-11-26T15:39:59.859Z','2026-11-26T15:40:03.592Z','shell','/home/user/p/workflows/letters.yaml','8dd99e2d05aeac6e765485576532d7534bd9e4c6dc696281671123923985b05f','0.2.0',17026,'desk',NULL,NULL,'{}','{}','{}',0,NULL);
INSERT INTO steps VALUES(1,'20261126-153959-7hsm',NULL,'write','prompt','write',1,'done','2026-11-26T15:39:59.870Z','2026-11-26T15:40:03.591Z',NULL,NULL,NULL,'{"text":"Sorry, I cannot do that. I","data":null,"reasoning":"","model":"local/fledgling","finish_reason":"length","seed":null,"prompt_tokens":16,"tokens":8,"seconds":3.719}','bcc14012b940e559b9e0ff306bcbbb4c','536d28f87c5a25f7eb24ec81a9cad9de',0,0);
INSERT INTO calls VALUES(1,'20261126-153959-7hsm',1,'local','local/fledgling','sha256:ac81a7bcb18f327427a211032ae26b262946c23384ed250116a677bd56d3a7c2','done','2026-11-26T15:39:59.872Z','2026-11-26T15:40:03.589Z',16,8,0.065914558999999997568,0.024191190000000001303,0.63099661799999995359,2.9919624890000000583,'length',NULL,8,'{"temperature":0.0,"top_k":40,"top_p":0.95,"min_p":0.05}',NULL,NULL,NULL,'[{"role":"user","content":"Write a short status report."}]',replace('<|im_start|>user\nWrite a short status report.<|im_end|>\n<|im_start|>assistant\n','\n',char(10)),'Sorry, I cannot do that. I',NULL,NULL,NULL,'476254d389f32c26efa3bbee3aaf690c');
INSERT INTO run_totals VALUES('20261126-153959-7hsm',0,0,0,1,16,8,0,0);
INSERT INTO watched_workflows VALUES('/home/user/p/workflows/letters.yaml','letters',NULL,'2026-11-26T15:40:03.669Z');
INSERT INTO watched_texts VALUES('/home/user/p/workflows/letters.yaml','/home/user/p/workflows/letters.yaml','8dd99e2d05aeac6e765485576532d7534bd9e4c6dc696281671123923985b05f');
INSERT INTO schedules VALUES(1,'/home/user/p/workflows/letters.yaml','letters','{"cron":"0 3 * * *"}','{"missed":"latest","overlap":"skip"}','2026-11-26T15:40:03.669Z',NULL,0,NULL);
CREATE INDEX cache_by_use ON cache (used_at, bytes);
CREATE INDEX called_texts_by_text ON called_texts (sha256);
CREATE INDEX calls_by_run ON calls (run_id);
CREATE INDEX calls_by_step ON calls (step_id);
CREATE INDEX calls_running ON calls (run_id) WHERE state = 'running';
CREATE INDEX files_begun ON files (path) WHERE state = 'begun';
CREATE INDEX files_by_path ON files (path);
CREATE INDEX files_by_run ON files (run_id);
CREATE INDEX files_by_step ON files (step_id);
CREATE INDEX items_by_run ON items (run_id);
CREATE INDEX items_by_step ON items (step_id);
CREATE INDEX items_running ON items (run_id) WHERE state = 'running';
CREATE UNIQUE INDEX occurrences_by_run ON occurrences (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX occurrences_by_schedule ON occurrences (schedule_id, due_at);
CREATE INDEX occurrences_by_time ON occurrences (due_at);
CREATE INDEX occurrences_of_many ON occurrences (schedule_id, last_due_at) WHERE last_due_at IS NOT NULL;
CREATE UNIQUE INDEX occurrences_once ON occurrences (schedule_id, key);
CREATE INDEX occurrences_open ON occurrences (state) WHERE state IN ('waiting', 'starting', 'running');
CREATE INDEX runs_by_state ON runs (state, started_at);
CREATE INDEX runs_by_time ON runs (started_at);
CREATE INDEX runs_by_workflow ON runs (workflow, started_at);
CREATE INDEX runs_by_workflow_text ON runs (workflow_sha256);
CREATE INDEX steps_by_item ON steps (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX steps_by_run ON steps (run_id);
CREATE INDEX steps_outside_items ON steps (run_id) WHERE item_id IS NULL;
CREATE INDEX steps_running ON steps (run_id) WHERE state = 'running';
CREATE INDEX watched_texts_by_text ON watched_texts (sha256);
CREATE TRIGGER count_call AFTER INSERT ON calls WHEN NEW.state <> 'reused' BEGIN
    UPDATE run_totals SET
        calls = calls + 1,
        prompt_tokens = prompt_tokens + coalesce(NEW.prompt_tokens, 0),
        generated_tokens = generated_tokens + coalesce(NEW.generated_tokens, 0)
    WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_call_tokens AFTER UPDATE OF prompt_tokens, generated_tokens ON calls BEGIN
    UPDATE run_totals SET
        prompt_tokens = prompt_tokens + coalesce(NEW.prompt_tokens, 0) - coalesce(OLD.prompt_tokens, 0),
        generated_tokens =
            generated_tokens + coalesce(NEW.generated_tokens, 0) - coalesce(OLD.generated_tokens, 0)
    WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_file AFTER INSERT ON files WHEN NEW.state = 'done' BEGIN
    UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_file_state AFTER UPDATE OF state ON files
WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
    UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_item AFTER INSERT ON items BEGIN
    UPDATE run_totals SET
        items = items + 1,
        items_done = items_done + (NEW.state = 'done'),
        items_failed = items_failed + (NEW.state = 'failed'),
        items_reused = items_reused + (NEW.state = 'reused')
    WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_item_state AFTER UPDATE OF state ON items WHEN NEW.state <> OLD.state BEGIN
    UPDATE run_totals SET
        items_done = items_done + (NEW.state = 'done') - (OLD.state = 'done'),
        items_failed = items_failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        items_reused = items_reused + (NEW.state = 'reused') - (OLD.state = 'reused')
    WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_run AFTER INSERT ON runs BEGIN
    INSERT INTO run_totals (run_id) VALUES (NEW.id);
END;
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
JOIN steps ON steps.id = files.step_id
WHERE files.state = 'done';
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
CREATE VIEW occurrence_overview AS
-- One row per time that was due, or per run that was asked for or begun by files.
SELECT
    occurrences.id AS occurrence,
    occurrences.workflow,
    occurrences.trigger,                -- schedule, change, manual
    occurrences.due_at,                 -- UTC
    occurrences.scheduled_for,          -- the same by the schedule's zone
    occurrences.times,                  -- for how many times the row stands
    occurrences.state,                  -- waiting, starting, running, ran, late, skipped, coalesced, missed
    occurrences.reason,
    occurrences.run_id,
    runs.state AS run_state,
    round((julianday(occurrences.started_at) - julianday(occurrences.start_at)) * 86400, 3)
        AS seconds_late,
    occurrences.ended_at
FROM occurrences LEFT JOIN runs ON runs.id = occurrences.run_id;
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
