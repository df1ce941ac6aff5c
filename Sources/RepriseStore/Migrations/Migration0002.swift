/// The second format: projects of their own, runs that no launch made, files outside any run.
let migration0002 = Migration(
    number: 2,
    sql: """
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

        INSERT INTO project (number, name, created_at, updated_at)
            SELECT 0, 'Default', now, now FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now);
        INSERT OR IGNORE INTO project (name, created_at, updated_at)
            SELECT project, min(created_at), min(created_at) FROM run GROUP BY project ORDER BY min(number);

        INSERT INTO launch (id, created_at, facts) VALUES ('000000000000', 0, '{}');

        ALTER TABLE run ADD COLUMN origin TEXT;
        ALTER TABLE run ADD COLUMN user TEXT;
        ALTER TABLE series ADD COLUMN max_time INTEGER;
        ALTER TABLE chunk ADD COLUMN min_time INTEGER;
        ALTER TABLE chunk ADD COLUMN max_time INTEGER;

        -- Which chunks may hold a point is found out without reading them.
        DROP INDEX chunk_series;
        CREATE UNIQUE INDEX chunk_series ON chunk (series, first, count, min_time, max_time);

        CREATE TABLE artifact (
            path TEXT PRIMARY KEY,
            digest TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX artifact_digest ON artifact (digest);

        -- A page of a project's runs, newest first, is a walk along this index; of the deleted ones too.
        CREATE INDEX run_search ON run (project, deleted_at, coalesce(started_at, created_at) DESC, id);
        -- What searches by a metric read instead of the series' own rows.
        CREATE INDEX series_search ON series (key, run, last);

        DROP VIEW runs;
        CREATE VIEW runs AS SELECT
            id, name, project, experiment, nullif(launch, '000000000000') AS launch, target, variant, replicate, state,
            exit_status, reason, created_at, started_at, ended_at, ended_at - started_at AS duration,
            nullif(snapshot, '') AS snapshot, repeats
            FROM run WHERE deleted_at IS NULL;
        """
)
