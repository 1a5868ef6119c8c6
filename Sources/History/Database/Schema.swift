internal import GRDB

/// The tables of the record, as named migrations. A migration that was released is never edited: what comes later is
/// added below it, with `ALTER TABLE … ADD COLUMN`, new tables, and views made anew.
///
/// The lists of states are wider than today's enums where a later state is foreseen (`pending`, `reused`), because
/// SQLite cannot widen a CHECK without copying the table.
enum Schema {
    /// `NJAR`: how a history is told from other programs' SQLite files.
    static let applicationID: Int32 = 0x4E4A_4152

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1 runs, steps, items, calls, files", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            for sql in [runs, steps, items, calls, files, totals] {
                try db.execute(sql: sql)
            }
        }
        migrator.registerMigration("v1 overviews", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: Overviews.first)
        }
        migrator.registerMigration("v2 what servers tell of calls", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: serverCalls)
        }
        migrator.registerMigration("v3 what a resume needs", foreignKeyChecks: .immediate) { db in
            for sql in [ledger, onceItems, cache, Overviews.third] { try db.execute(sql: sql) }
        }
        migrator.registerMigration("v4 schedules and occurrences", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: ScheduleTables.fourth)
        }
        migrator.registerMigration("v5 what decoding cost", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: callWork)
        }
        return migrator
    }()
}

private let runs = """
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
    """

private let steps = """
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
    """

private let items = """
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
    """

private let calls = """
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
    """

private let callWork = """
    -- Where the engine tells.
    ALTER TABLE calls ADD COLUMN evaluated_tokens INTEGER;  -- of the prompt; again ones too
    ALTER TABLE calls ADD COLUMN reused_tokens INTEGER;     -- of the prompt, that were in the cache already
    ALTER TABLE calls ADD COLUMN decode_steps INTEGER;      -- decode calls that gave tokens of the answer
    ALTER TABLE calls ADD COLUMN drafted_tokens INTEGER;    -- that were guessed and evaluated beside
    ALTER TABLE calls ADD COLUMN accepted_tokens INTEGER;   -- of these, the right ones
    ALTER TABLE calls ADD COLUMN forced_tokens INTEGER;     -- of the answer, that had to come by schema or grammar
    """

private let serverCalls = """
    ALTER TABLE calls ADD COLUMN reasoning TEXT;        -- what the model thought before it answered
    ALTER TABLE calls ADD COLUMN context INTEGER;       -- in tokens, that the model had
    ALTER TABLE calls ADD COLUMN passed_over TEXT;      -- JSON: the members of a pool that could not answer
    """

private let ledger = """
    ALTER TABLE runs ADD COLUMN options TEXT;           -- JSON: what the command line said beside the inputs
    ALTER TABLE runs ADD COLUMN resumes INTEGER NOT NULL DEFAULT 0;     -- how often it was gone on with
    ALTER TABLE runs ADD COLUMN source_run TEXT;        -- the run with whose results it began

    -- The files of the workflows that a run's workflow calls.
    CREATE TABLE called_texts (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL REFERENCES workflow_texts (sha256),
        PRIMARY KEY (run_id, path)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX called_texts_by_text ON called_texts (sha256);

    -- A step's result holds as long as both stay the same.
    ALTER TABLE steps ADD COLUMN definition_digest TEXT;    -- of what the file says of the step
    ALTER TABLE steps ADD COLUMN input_digest TEXT;         -- of the values that its expressions use
    -- What failed inside and was let pass: items of loops, and steps with continue_on_error.
    ALTER TABLE steps ADD COLUMN failed_items INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE steps ADD COLUMN failed_steps INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE items ADD COLUMN failed_items INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE items ADD COLUMN failed_steps INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE items ADD COLUMN value_digest TEXT;         -- of the item itself
    ALTER TABLE items ADD COLUMN work_digest TEXT;          -- of the item with all that is done with it
    ALTER TABLE calls ADD COLUMN request_digest TEXT;       -- of all that was asked

    -- A file's row is there before the file is written.
    ALTER TABLE files ADD COLUMN state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('begun', 'done'));
    ALTER TABLE files ADD COLUMN position INTEGER;          -- where in the file an append begins
    ALTER TABLE files ADD COLUMN content BLOB;              -- of an append that is not done, to finish it
    CREATE INDEX files_begun ON files (path) WHERE state = 'begun';

    ALTER TABLE run_totals ADD COLUMN items_reused INTEGER NOT NULL DEFAULT 0;

    DROP TRIGGER count_item;
    CREATE TRIGGER count_item AFTER INSERT ON items BEGIN
        UPDATE run_totals SET
            items = items + 1,
            items_done = items_done + (NEW.state = 'done'),
            items_failed = items_failed + (NEW.state = 'failed'),
            items_reused = items_reused + (NEW.state = 'reused')
        WHERE run_id = NEW.run_id;
    END;

    DROP TRIGGER count_item_state;
    CREATE TRIGGER count_item_state AFTER UPDATE OF state ON items WHEN NEW.state <> OLD.state BEGIN
        UPDATE run_totals SET
            items_done = items_done + (NEW.state = 'done') - (OLD.state = 'done'),
            items_failed = items_failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
            items_reused = items_reused + (NEW.state = 'reused') - (OLD.state = 'reused')
        WHERE run_id = NEW.run_id;
    END;

    DROP TRIGGER count_call;
    CREATE TRIGGER count_call AFTER INSERT ON calls WHEN NEW.state <> 'reused' BEGIN
        UPDATE run_totals SET
            calls = calls + 1,
            prompt_tokens = prompt_tokens + coalesce(NEW.prompt_tokens, 0),
            generated_tokens = generated_tokens + coalesce(NEW.generated_tokens, 0)
        WHERE run_id = NEW.run_id;
    END;

    DROP TRIGGER count_file;
    CREATE TRIGGER count_file AFTER INSERT ON files WHEN NEW.state = 'done' BEGIN
        UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
    END;
    CREATE TRIGGER count_file_state AFTER UPDATE OF state ON files
    WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
        UPDATE run_totals SET files = files + 1 WHERE run_id = NEW.run_id;
    END;
    """

private let onceItems = """
    -- What items with a key gave that are to be done once, in whichever run. It outlives the runs.
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
    """

private let cache = """
    -- Answers of model calls that always give the same.
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
    CREATE INDEX cache_by_use ON cache (used_at, bytes);
    """

private let files = """
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
    """

/// Counted as rows come and change, so that a listing reads one short row per run. Apart from `runs`, whose rows may
/// hold large inputs that each change would write again.
private let totals = """
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
    """
