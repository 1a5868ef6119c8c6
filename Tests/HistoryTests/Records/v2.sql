-- A record as version 0.2.0 and what came after it wrote it, before runs could be resumed.
PRAGMA application_id = 1313489234;
-- Workflow files as they were when they ran, each version once.
CREATE TABLE workflow_texts (
    sha256 TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

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
    outputs TEXT,                       -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE INDEX runs_by_time ON runs (started_at);
CREATE INDEX runs_by_workflow ON runs (workflow, started_at);
CREATE INDEX runs_by_state ON runs (state, started_at);
CREATE INDEX runs_by_workflow_text ON runs (workflow_sha256);

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
    output TEXT,                        -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE INDEX steps_by_run ON steps (run_id);
CREATE INDEX steps_outside_items ON steps (run_id) WHERE item_id IS NULL;
CREATE INDEX steps_by_item ON steps (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX steps_running ON steps (run_id) WHERE state = 'running';

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
    output TEXT,                        -- JSON
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE INDEX items_by_run ON items (run_id);
CREATE INDEX items_by_step ON items (step_id);
CREATE INDEX items_running ON items (run_id) WHERE state = 'running';

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
    response TEXT,
    CHECK (state <> 'running' OR ended_at IS NULL)
) STRICT;
CREATE INDEX calls_by_run ON calls (run_id);
CREATE INDEX calls_by_step ON calls (step_id);
CREATE INDEX calls_running ON calls (run_id) WHERE state = 'running';

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    sha256 TEXT NOT NULL,
    mode TEXT NOT NULL,                 -- replace, create, append
    written_at TEXT NOT NULL
) STRICT;
CREATE INDEX files_by_run ON files (run_id);
CREATE INDEX files_by_step ON files (step_id);
CREATE INDEX files_by_path ON files (path);

CREATE TABLE run_totals (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    items INTEGER NOT NULL DEFAULT 0,
    items_done INTEGER NOT NULL DEFAULT 0,
    items_failed INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    generated_tokens INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TRIGGER count_run AFTER INSERT ON runs BEGIN
    INSERT INTO run_totals (run_id) VALUES (NEW.id);
END;

CREATE TRIGGER count_item AFTER INSERT ON items BEGIN
    UPDATE run_totals SET
        items = items + 1,
        items_done = items_done + (NEW.state = 'done'),
        items_failed = items_failed + (NEW.state = 'failed')
    WHERE run_id = NEW.run_id;
END;

CREATE TRIGGER count_item_state AFTER UPDATE OF state ON items WHEN NEW.state <> OLD.state BEGIN
    UPDATE run_totals SET
        items_done = items_done + (NEW.state = 'done') - (OLD.state = 'done'),
        items_failed = items_failed + (NEW.state = 'failed') - (OLD.state = 'failed')
    WHERE run_id = NEW.run_id;
END;

CREATE TRIGGER count_call AFTER INSERT ON calls BEGIN
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

CREATE TRIGGER count_file AFTER INSERT ON files BEGIN
    UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
END;

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

ALTER TABLE calls ADD COLUMN reasoning TEXT;        -- what the model thought before it answered
ALTER TABLE calls ADD COLUMN context INTEGER;       -- in tokens, that the model had
ALTER TABLE calls ADD COLUMN passed_over TEXT;      -- JSON: the members of a pool that could not answer;

CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES ('v1 runs, steps, items, calls, files'), ('v1 overviews'), ('v2 what servers tell of calls');

INSERT INTO workflow_texts VALUES ('aa', 'version: 1');
INSERT INTO runs (id, workflow, state, started_at, ended_at, trigger, path, workflow_sha256, nightjar_version, pid, host, inputs)
VALUES ('20261124-020745-k3f9', 'old', 'done', '2026-11-24T02:07:45.000Z', '2026-11-24T02:07:50.000Z', 'shell', '/w.yaml', 'aa', '0.2.0', 7, 'owl', '{}'),
    ('20261124-030745-k3f9', 'old', 'running', '2026-11-24T03:07:45.000Z', NULL, 'shell', '/w.yaml', 'aa', '0.2.0', 8, 'owl', '{}');
INSERT INTO steps (id, run_id, step, kind, path, attempt, state, started_at, ended_at, output)
VALUES (1, '20261124-020745-k3f9', 'each', 'set', 'each', 1, 'done', '2026-11-24T02:07:46.000Z', '2026-11-24T02:07:49.000Z', '{"done":1}'),
    (2, '20261124-030745-k3f9', 'each', 'set', 'each', 1, 'running', '2026-11-24T03:07:46.000Z', NULL, NULL);
INSERT INTO items (id, run_id, step_id, position, label, state, started_at, ended_at, output)
VALUES (1, '20261124-020745-k3f9', 1, 0, 'a', 'done', '2026-11-24T02:07:46.000Z', '2026-11-24T02:07:47.000Z', '{}'),
    (2, '20261124-020745-k3f9', 1, 1, 'b', 'failed', '2026-11-24T02:07:46.000Z', '2026-11-24T02:07:47.000Z', NULL);
INSERT INTO steps (id, run_id, item_id, step, kind, path, attempt, state, started_at, ended_at)
VALUES (3, '20261124-020745-k3f9', 1, 'ask', 'prompt', 'each[0].ask', 1, 'done', '2026-11-24T02:07:46.000Z', '2026-11-24T02:07:47.000Z');
INSERT INTO calls (run_id, step_id, engine, model, state, started_at, ended_at, prompt_tokens, generated_tokens, sampler, messages, response)
VALUES ('20261124-020745-k3f9', 3, 'local', 'local/owl', 'done', '2026-11-24T02:07:46.000Z', '2026-11-24T02:07:47.000Z', 12, 4, '{}', '[]', 'Good evening.');
INSERT INTO files (run_id, step_id, path, bytes, sha256, mode, written_at)
VALUES ('20261124-020745-k3f9', 3, '/a.txt', 5, 'feed', 'replace', '2026-11-24T02:07:47.000Z');
