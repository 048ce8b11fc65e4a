-- Others' work that a bundle brought and the relay is not known to hold.
CREATE INDEX change_carried ON change (id) WHERE mine = 0 AND log_seq IS NULL;

-- Half-typed fields, kept until they are saved or dropped.
CREATE TABLE draft (
    key   TEXT    PRIMARY KEY,
    text  TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Small choices that are offered again: an instrument, a bench.
CREATE TABLE remembered (
    key   TEXT    NOT NULL,
    value TEXT    NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (key, value)
) STRICT, WITHOUT ROWID;

-- 1: its bytes were given up here after their time. They come back when somebody asks for them, not by themselves.
ALTER TABLE photo ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1));
