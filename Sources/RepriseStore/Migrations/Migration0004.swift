/// Trackers, and what of each run has gone to which of them.
///
/// `delivery.waits`: 0 the tracker has everything; 1 it has not; 2 a sender is at it, and nothing has changed since it
/// looked; −1 nothing more of the run is sent. The triggers put a run in again whenever something about it changes, in
/// the transaction that changes it.
let migration0004 = Migration(
    number: 4,
    sql: """
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
        CREATE INDEX delivery_run ON delivery (run);
        CREATE INDEX delivery_waiting ON delivery (tracker, sent_at, run) WHERE waits > 0;

        CREATE TABLE delivery_series (
            series INTEGER NOT NULL REFERENCES series (number) ON DELETE CASCADE,
            tracker INTEGER NOT NULL REFERENCES tracker (number) ON DELETE CASCADE,
            sent INTEGER NOT NULL,
            PRIMARY KEY (series, tracker)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER delivery_run_made AFTER INSERT ON run WHEN NEW.origin IS NOT 'import' BEGIN
            INSERT INTO delivery (tracker, run, waits)
                SELECT number, NEW.number, NEW.state NOT IN ('queued', 'submitted') FROM tracker WHERE is_current;
        END;
        CREATE TRIGGER delivery_run_changed
            AFTER UPDATE OF state, started_at, ended_at, exit_status, name ON run BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.number AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_series_made AFTER INSERT ON series BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_points AFTER UPDATE OF count ON series BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_parameter_made AFTER INSERT ON parameter BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_tag_made AFTER INSERT ON tag BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_tag_changed AFTER UPDATE ON tag BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_tag_removed AFTER DELETE ON tag BEGIN
            UPDATE delivery SET waits = 1 WHERE run = OLD.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_output_made AFTER INSERT ON output BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        CREATE TRIGGER delivery_output_changed AFTER UPDATE ON output BEGIN
            UPDATE delivery SET waits = 1 WHERE run = NEW.run AND waits IN (0, 2);
        END;
        """
)
