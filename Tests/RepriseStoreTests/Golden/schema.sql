CREATE INDEX artifact_digest ON artifact (digest);

CREATE UNIQUE INDEX chunk_series ON chunk (series, first, count, min_time, max_time);

CREATE INDEX delivery_run ON delivery (run);

CREATE INDEX delivery_waiting ON delivery (tracker, sent_at, run) WHERE waits > 0;

CREATE INDEX job_key ON job (run, step, split) WHERE is_latest;

CREATE INDEX job_open ON job (run) WHERE state IN ('queued', 'submitted', 'running');

CREATE INDEX logged_model_deleted ON logged_model (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE UNIQUE INDEX logged_model_metric_point ON logged_model_metric
    (model, key, time, step, run, coalesce(dataset_name, ''), coalesce(dataset_digest, ''), coalesce(value, 'nan'));

CREATE INDEX logged_model_metric_run ON logged_model_metric (run);

CREATE INDEX logged_model_project ON logged_model (project, created_at);

CREATE INDEX logged_model_source ON logged_model (source_run) WHERE source_run IS NOT NULL;

CREATE INDEX model_version_run ON model_version (run) WHERE run IS NOT NULL;

CREATE INDEX model_version_stage ON model_version (model, stage, version);

CREATE INDEX output_digest ON output (digest);

CREATE INDEX registered_model_alias_version ON registered_model_alias (model, version);

CREATE INDEX run_dataset_dataset ON run_dataset (dataset);

CREATE INDEX run_deleted ON run (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE INDEX run_launch ON run (launch);

CREATE INDEX run_model_model ON run_model (model);

CREATE INDEX run_name ON run (name);

CREATE INDEX run_open ON run (state) WHERE state IN ('queued', 'submitted', 'running');

CREATE INDEX run_project ON run (project, experiment);

CREATE INDEX run_repeats ON run (repeats) WHERE repeats IS NOT NULL;

CREATE INDEX run_search ON run (project, deleted_at, coalesce(started_at, created_at) DESC, id);

CREATE INDEX run_snapshot ON run (snapshot);

CREATE INDEX run_troubled ON run (state) WHERE state IN ('failed', 'cancelled', 'lost');

CREATE INDEX series_search ON series (key, run, last);

CREATE INDEX snapshot_created ON snapshot (created_at);

CREATE INDEX tag_name ON tag (name, run);

CREATE INDEX transition_run ON transition (run);

CREATE TABLE artifact (
    path TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE change_mark (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE chunk (
    number INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (number) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    points BLOB NOT NULL
, min_time INTEGER, max_time INTEGER) STRICT;

CREATE TABLE dataset (
    number INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES project (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source TEXT NOT NULL,
    schema TEXT,
    profile TEXT,
    UNIQUE (project, name, digest)
) STRICT;

CREATE TABLE delivery (
    tracker INTEGER NOT NULL REFERENCES tracker (number) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    waits INTEGER NOT NULL,
    handle TEXT,
    memory TEXT NOT NULL DEFAULT 'null',
    items TEXT NOT NULL DEFAULT '{}',
    failures INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    trouble TEXT,
    sent_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tracker, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_series (
    series INTEGER NOT NULL REFERENCES series (number) ON DELETE CASCADE,
    tracker INTEGER NOT NULL REFERENCES tracker (number) ON DELETE CASCADE,
    sent INTEGER NOT NULL,
    PRIMARY KEY (series, tracker)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ingest_position (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    source TEXT NOT NULL,
    offset INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    is_inside_long_line INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    mark BLOB NOT NULL,
    PRIMARY KEY (run, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    step TEXT,
    split INTEGER,
    state TEXT NOT NULL,
    is_latest INTEGER NOT NULL,
    spec TEXT NOT NULL,
    handle TEXT,
    reason TEXT,
    exit TEXT,
    submitted_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    PRIMARY KEY (run, ordinal, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE launch (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project INTEGER NOT NULL REFERENCES project (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    artifact_location TEXT NOT NULL,
    type TEXT,
    source_run TEXT,
    status TEXT NOT NULL,
    status_message TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE logged_model_metric (
    number INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES logged_model (number) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value REAL,
    dataset_name TEXT,
    dataset_digest TEXT
) STRICT;

CREATE TABLE logged_model_parameter (
    model INTEGER NOT NULL REFERENCES logged_model (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model_tag (
    model INTEGER NOT NULL REFERENCES logged_model (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE machine (
    run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;

CREATE TABLE model_version (
    number INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES registered_model (number) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    description TEXT,
    user TEXT,
    stage TEXT NOT NULL,
    source TEXT NOT NULL,
    location TEXT NOT NULL,
    run TEXT,
    run_link TEXT,
    logged_model TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (model, version)
) STRICT;

CREATE TABLE model_version_tag (
    version INTEGER NOT NULL REFERENCES model_version (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    text TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (run, text)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE parameter (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value ANY,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE project (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    artifact_location TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE project_tag (
    project INTEGER NOT NULL REFERENCES project (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE registered_model (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    last_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE registered_model_alias (
    model INTEGER NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE registered_model_tag (
    model INTEGER NOT NULL REFERENCES registered_model (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
    run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    launch TEXT NOT NULL REFERENCES launch (id),
    snapshot TEXT NOT NULL,
    name TEXT NOT NULL,
    project TEXT NOT NULL,
    experiment TEXT NOT NULL,
    target TEXT NOT NULL,
    variant INTEGER NOT NULL,
    replicate INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    repeats TEXT,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    exit_status INTEGER,
    reason TEXT,
    deleted_at INTEGER
, origin TEXT, user TEXT) STRICT;

CREATE TABLE run_dataset (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    dataset INTEGER NOT NULL REFERENCES dataset (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (run, dataset)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_dataset_tag (
    run INTEGER NOT NULL,
    dataset INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (run, dataset, name),
    FOREIGN KEY (run, dataset) REFERENCES run_dataset (run, dataset) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE run_model (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    is_output INTEGER NOT NULL,
    model TEXT NOT NULL,
    step INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (run, is_output, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    last REAL,
    last_step INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    min REAL,
    max REAL,
    pieces INTEGER NOT NULL, max_time INTEGER,
    UNIQUE (run, key)
) STRICT;

CREATE TABLE snapshot (
    id TEXT PRIMARY KEY,
    name TEXT UNIQUE,
    project TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stop_request (
    run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE tag (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE tracker (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    destination TEXT NOT NULL,
    mark TEXT NOT NULL,
    memory TEXT NOT NULL DEFAULT 'null',
    is_current INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    trouble TEXT,
    trouble_at INTEGER,
    sent_at INTEGER,
    UNIQUE (kind, destination)
) STRICT;

CREATE TABLE transition (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT
) STRICT;

CREATE TABLE verdict (
    run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;

CREATE TRIGGER dataset_unused AFTER DELETE ON run_dataset
    WHEN NOT EXISTS (SELECT 1 FROM run_dataset WHERE dataset = OLD.dataset)
    BEGIN DELETE FROM dataset WHERE number = OLD.dataset; END;

CREATE TRIGGER delivery_output_changed AFTER UPDATE ON output BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_output_made AFTER INSERT ON output BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_parameter_made AFTER INSERT ON parameter BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_points AFTER UPDATE OF count ON series BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_run_changed
    AFTER UPDATE OF state, started_at, ended_at, exit_status, name ON run BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.number AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_run_made AFTER INSERT ON run WHEN NEW.origin IS NOT 'import' BEGIN
    INSERT INTO delivery (tracker, run, waits)
        SELECT number, NEW.number, NEW.state NOT IN ('queued', 'submitted') FROM tracker WHERE is_current;
END;

CREATE TRIGGER delivery_series_made AFTER INSERT ON series BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_tag_changed AFTER UPDATE ON tag BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_tag_made AFTER INSERT ON tag BEGIN
    UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
END;

CREATE TRIGGER delivery_tag_removed AFTER DELETE ON tag BEGIN
    UPDATE delivery SET waits = 1 WHERE run = OLD.run AND waits IN (0, 2);
END;

CREATE TRIGGER logged_model_gone AFTER DELETE ON logged_model
    BEGIN DELETE FROM run_model WHERE model = OLD.id; END;

CREATE VIEW metrics AS SELECT run.id AS run, key, count, last, last_step, last_time, min, max
    FROM run JOIN series ON series.run = run.number WHERE deleted_at IS NULL;

CREATE VIEW outputs AS SELECT run.id AS run, path, digest, bytes, mode
    FROM run JOIN output ON output.run = run.number WHERE deleted_at IS NULL;

CREATE VIEW params AS SELECT run.id AS run, parameter.name, kind, value
    FROM run JOIN parameter ON parameter.run = run.number WHERE deleted_at IS NULL;

CREATE VIEW runs AS SELECT
    id, name, project, experiment, nullif(launch, '000000000000') AS launch, target, variant, replicate, state,
    exit_status, reason, created_at, started_at, ended_at, ended_at - started_at AS duration,
    nullif(snapshot, '') AS snapshot, repeats
    FROM run WHERE deleted_at IS NULL;

CREATE VIEW tags AS SELECT run.id AS run, tag.name, value
    FROM run JOIN tag ON tag.run = run.number WHERE deleted_at IS NULL;
