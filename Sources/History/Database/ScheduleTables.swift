/// The tables of the scheduler.
enum ScheduleTables {
    static let fourth = """
        -- The workflows that the scheduler knows, each with its last version that was right.
        CREATE TABLE watched_workflows (
            path TEXT NOT NULL PRIMARY KEY,     -- of the file
            workflow TEXT NOT NULL,             -- its name
            error TEXT,                         -- why the file is not used as it is now
            seen_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The texts of that version: of the file, and of those that it calls.
        CREATE TABLE watched_texts (
            workflow_path TEXT NOT NULL REFERENCES watched_workflows (path) ON DELETE CASCADE,
            path TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES workflow_texts (sha256),
            PRIMARY KEY (workflow_path, path)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX watched_texts_by_text ON watched_texts (sha256);

        -- Entries of `schedule` in workflow files.
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

        -- What was due, and what became of it.
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
        CREATE UNIQUE INDEX occurrences_once ON occurrences (schedule_id, key);
        CREATE UNIQUE INDEX occurrences_by_run ON occurrences (run_id) WHERE run_id IS NOT NULL;
        CREATE INDEX occurrences_by_schedule ON occurrences (schedule_id, due_at);
        CREATE INDEX occurrences_by_time ON occurrences (due_at);
        CREATE INDEX occurrences_open ON occurrences (state) WHERE state IN ('waiting', 'starting', 'running');
        CREATE INDEX occurrences_of_many ON occurrences (schedule_id, last_due_at) WHERE last_due_at IS NOT NULL;

        -- The files of watched folders that a run was for, in the state that they had then.
        CREATE TABLE seen_files (
            schedule_id INTEGER NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            stamp TEXT NOT NULL,                -- size, time of change, number
            PRIMARY KEY (schedule_id, path)
        ) STRICT, WITHOUT ROWID;

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
        """
}
