/// Datasets, logged models and the model registry.
let migration0003 = Migration(
    number: 3,
    sql: """
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

        CREATE TABLE run_dataset (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            dataset INTEGER NOT NULL REFERENCES dataset (number) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            PRIMARY KEY (run, dataset)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_dataset_dataset ON run_dataset (dataset);

        CREATE TABLE run_dataset_tag (
            run INTEGER NOT NULL,
            dataset INTEGER NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (run, dataset, name),
            FOREIGN KEY (run, dataset) REFERENCES run_dataset (run, dataset) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER dataset_unused AFTER DELETE ON run_dataset
            WHEN NOT EXISTS (SELECT 1 FROM run_dataset WHERE dataset = OLD.dataset)
            BEGIN DELETE FROM dataset WHERE number = OLD.dataset; END;

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
        CREATE INDEX logged_model_project ON logged_model (project, created_at);
        CREATE INDEX logged_model_source ON logged_model (source_run) WHERE source_run IS NOT NULL;
        CREATE INDEX logged_model_deleted ON logged_model (deleted_at) WHERE deleted_at IS NOT NULL;

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
        CREATE UNIQUE INDEX logged_model_metric_point ON logged_model_metric
            (model, key, time, step, run, coalesce(dataset_name, ''), coalesce(dataset_digest, ''), coalesce(value, 'nan'));
        CREATE INDEX logged_model_metric_run ON logged_model_metric (run);

        CREATE TABLE run_model (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            is_output INTEGER NOT NULL,
            model TEXT NOT NULL,
            step INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (run, is_output, model)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_model_model ON run_model (model);

        CREATE TRIGGER logged_model_gone AFTER DELETE ON logged_model
            BEGIN DELETE FROM run_model WHERE model = OLD.id; END;

        CREATE TABLE registered_model (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            description TEXT,
            last_version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE registered_model_tag (
            model INTEGER NOT NULL REFERENCES registered_model (number) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model, name)
        ) STRICT, WITHOUT ROWID;

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
        CREATE INDEX model_version_run ON model_version (run) WHERE run IS NOT NULL;
        CREATE INDEX model_version_stage ON model_version (model, stage, version);

        CREATE TABLE model_version_tag (
            version INTEGER NOT NULL REFERENCES model_version (number) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (version, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE registered_model_alias (
            model INTEGER NOT NULL,
            alias TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (model, alias),
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX registered_model_alias_version ON registered_model_alias (model, version);
        """
)
