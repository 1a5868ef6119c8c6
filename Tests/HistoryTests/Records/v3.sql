-- A record as Nightjar wrote it before it kept schedules: one run that has ended, and one whose process was killed.
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
CREATE TABLE workflow_texts (
    sha256 TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
INSERT INTO "grdb_migrations" VALUES('v1 runs, steps, items, calls, files');
INSERT INTO "grdb_migrations" VALUES('v1 overviews');
INSERT INTO "grdb_migrations" VALUES('v2 what servers tell of calls');
INSERT INTO "grdb_migrations" VALUES('v3 what a resume needs');
INSERT INTO "workflow_texts" VALUES('a6e0b403f4552f548d34c958b7e8063877489881c8873044ac4fbb4e58301f3c','version: 1
name: letters
steps:
  - id: each
    foreach: { items: [a, b], key: "${{ item }}", once: true, on_error: continue }
    steps:
      - id: test
        check: { that: "${{ item == ''a'' }}", message: no }
  - id: file
    write: { path: out.txt, text: "x" }
  - id: wait
    run: sleep 5
    if: ${{ env.WAIT == "1" }}
');
INSERT INTO "runs" VALUES('20261126-110608-p1c0','letters','partial','2026-11-26T11:06:08.278Z','2026-11-26T11:06:08.310Z','shell','/home/user/w.yaml','a6e0b403f4552f548d34c958b7e8063877489881c8873044ac4fbb4e58301f3c','0.2.0',13433,'home',NULL,NULL,'{}','{}','{}',0,NULL);
INSERT INTO "runs" VALUES('20261126-110608-awc3','letters','running','2026-11-26T11:06:08.390Z',NULL,'shell','/home/user/w.yaml','a6e0b403f4552f548d34c958b7e8063877489881c8873044ac4fbb4e58301f3c','0.2.0',13442,'home',NULL,NULL,'{}',NULL,'{}',0,NULL);
INSERT INTO "run_totals" VALUES('20261126-110608-awc3',2,0,1,0,0,0,1,1);
INSERT INTO "run_totals" VALUES('20261126-110608-p1c0',2,1,1,0,0,0,1,0);
INSERT INTO "steps" VALUES(1,'20261126-110608-p1c0',NULL,'each','steps','each',1,'done','2026-11-26T11:06:08.298Z','2026-11-26T11:06:08.306Z',NULL,NULL,NULL,'{"count":2,"done":1,"failed":[{"index":1,"item":"b","error":"no"}]}','ecc037c1a1ededc3b29de34738867045','a676dab2ce2b52d9f4e35095730ec676',1,0);
INSERT INTO "steps" VALUES(4,'20261126-110608-p1c0',NULL,'file','write','file',1,'done','2026-11-26T11:06:08.306Z','2026-11-26T11:06:08.309Z',NULL,NULL,NULL,'{"path":"out.txt","bytes":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}','c0b4b4d3bd4790d4a515f61e35126c6e','536d28f87c5a25f7eb24ec81a9cad9de',0,0);
INSERT INTO "steps" VALUES(5,'20261126-110608-p1c0',NULL,'wait','run','wait',1,'skipped','2026-11-26T11:06:08.309Z','2026-11-26T11:06:08.310Z',NULL,NULL,NULL,'{}','9819c1d32614a7da19f813d0e1b286e5','536d28f87c5a25f7eb24ec81a9cad9de',0,0);
INSERT INTO "steps" VALUES(6,'20261126-110608-awc3',NULL,'each','steps','each',1,'done','2026-11-26T11:06:08.395Z','2026-11-26T11:06:08.403Z',NULL,NULL,NULL,'{"count":2,"done":1,"failed":[{"index":1,"item":"b","error":"no"}]}','ecc037c1a1ededc3b29de34738867045','a676dab2ce2b52d9f4e35095730ec676',1,0);
INSERT INTO "steps" VALUES(8,'20261126-110608-awc3',NULL,'file','write','file',1,'done','2026-11-26T11:06:08.403Z','2026-11-26T11:06:08.406Z',NULL,NULL,NULL,'{"path":"out.txt","bytes":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}','c0b4b4d3bd4790d4a515f61e35126c6e','536d28f87c5a25f7eb24ec81a9cad9de',0,0);
INSERT INTO "steps" VALUES(9,'20261126-110608-awc3',NULL,'wait','run','wait',1,'running','2026-11-26T11:06:08.407Z',NULL,NULL,NULL,NULL,NULL,'9819c1d32614a7da19f813d0e1b286e5','536d28f87c5a25f7eb24ec81a9cad9de',0,0);
INSERT INTO "items" VALUES(1,'20261126-110608-p1c0',1,0,'a','a','done','2026-11-26T11:06:08.301Z','2026-11-26T11:06:08.303Z',NULL,NULL,'{"test":{}}',0,0,'0819ed0e5647db04be25a3c00d59154b','66727d68a8f07309a42ea0154d575d37');
INSERT INTO "items" VALUES(2,'20261126-110608-p1c0',1,1,'b','b','failed','2026-11-26T11:06:08.304Z','2026-11-26T11:06:08.305Z','check_failed','no',NULL,0,0,'ba96861325cb2c9583482cbad7835445','ed71ff15743b9ea60e19ed9affb323ce');
INSERT INTO "items" VALUES(3,'20261126-110608-awc3',6,0,'a','a','reused','2026-11-26T11:06:08.398Z','2026-11-26T11:06:08.398Z',NULL,NULL,'{"test":{}}',0,0,'0819ed0e5647db04be25a3c00d59154b','66727d68a8f07309a42ea0154d575d37');
INSERT INTO "items" VALUES(4,'20261126-110608-awc3',6,1,'b','b','failed','2026-11-26T11:06:08.400Z','2026-11-26T11:06:08.402Z','check_failed','no',NULL,0,0,'ba96861325cb2c9583482cbad7835445','ed71ff15743b9ea60e19ed9affb323ce');
INSERT INTO "steps" VALUES(2,'20261126-110608-p1c0',1,'test','check','each[0].test',1,'done','2026-11-26T11:06:08.302Z','2026-11-26T11:06:08.303Z',NULL,NULL,NULL,'{}','4435b78b7ef1748cd9b27fe3b6b63049','4fd6e279b8767fb8b5a7c0a63d185805',0,0);
INSERT INTO "steps" VALUES(3,'20261126-110608-p1c0',2,'test','check','each[1].test',1,'failed','2026-11-26T11:06:08.305Z','2026-11-26T11:06:08.305Z',NULL,'check_failed','no',NULL,'4435b78b7ef1748cd9b27fe3b6b63049','e236b592dd3d498e8383a068702ecb5e',0,0);
INSERT INTO "steps" VALUES(7,'20261126-110608-awc3',4,'test','check','each[1].test',1,'failed','2026-11-26T11:06:08.401Z','2026-11-26T11:06:08.402Z',NULL,'check_failed','no',NULL,'4435b78b7ef1748cd9b27fe3b6b63049','e236b592dd3d498e8383a068702ecb5e',0,0);
INSERT INTO "files" VALUES(1,'20261126-110608-p1c0',4,'/home/user/out.txt',1,'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881','replace','2026-11-26T11:06:08.308Z','done',NULL,NULL);
INSERT INTO "files" VALUES(2,'20261126-110608-awc3',8,'/home/user/out.txt',1,'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881','replace','2026-11-26T11:06:08.406Z','done',NULL,NULL);
INSERT INTO "once_items" VALUES(1,'1dfa71f5ca24a49e5626e63b3b44ae17','a','{"test":{}}','20261126-110608-p1c0','2026-11-26T11:06:08.303Z','2026-11-26T11:06:08.397Z');
CREATE INDEX runs_by_time ON runs (started_at);
CREATE INDEX runs_by_workflow ON runs (workflow, started_at);
CREATE INDEX runs_by_state ON runs (state, started_at);
CREATE INDEX runs_by_workflow_text ON runs (workflow_sha256);
CREATE INDEX steps_by_run ON steps (run_id);
CREATE INDEX steps_outside_items ON steps (run_id) WHERE item_id IS NULL;
CREATE INDEX steps_by_item ON steps (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX steps_running ON steps (run_id) WHERE state = 'running';
CREATE INDEX items_by_run ON items (run_id);
CREATE INDEX items_by_step ON items (step_id);
CREATE INDEX items_running ON items (run_id) WHERE state = 'running';
CREATE INDEX calls_by_run ON calls (run_id);
CREATE INDEX calls_by_step ON calls (step_id);
CREATE INDEX calls_running ON calls (run_id) WHERE state = 'running';
CREATE INDEX files_by_run ON files (run_id);
CREATE INDEX files_by_step ON files (step_id);
CREATE INDEX files_by_path ON files (path);
CREATE TRIGGER count_run AFTER INSERT ON runs BEGIN
    INSERT INTO run_totals (run_id) VALUES (NEW.id);
END;
CREATE TRIGGER count_call_tokens AFTER UPDATE OF prompt_tokens, generated_tokens ON calls BEGIN
    UPDATE run_totals SET
        prompt_tokens = prompt_tokens + coalesce(NEW.prompt_tokens, 0) - coalesce(OLD.prompt_tokens, 0),
        generated_tokens =
            generated_tokens + coalesce(NEW.generated_tokens, 0) - coalesce(OLD.generated_tokens, 0)
    WHERE run_id = NEW.run_id;
END;
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
CREATE INDEX called_texts_by_text ON called_texts (sha256);
CREATE INDEX files_begun ON files (path) WHERE state = 'begun';
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
CREATE TRIGGER count_call AFTER INSERT ON calls WHEN NEW.state <> 'reused' BEGIN
    UPDATE run_totals SET
        calls = calls + 1,
        prompt_tokens = prompt_tokens + coalesce(NEW.prompt_tokens, 0),
        generated_tokens = generated_tokens + coalesce(NEW.generated_tokens, 0)
    WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_file AFTER INSERT ON files WHEN NEW.state = 'done' BEGIN
    UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER count_file_state AFTER UPDATE OF state ON files
WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
    UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
END;
CREATE INDEX cache_by_use ON cache (used_at, bytes);
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
