-- Read models of lists and search; all of them are computed from the documents, at the first open after this.
DROP TABLE job;
DELETE FROM lacking;

-- One row a job. id: about the second of 2020 and later in which the order was taken, so that newest first is the order
-- of ids; kept for ever once given, because other tables name a job by it. due: when somebody must have arrived, while the
-- job is open. status: place of the word among all. row: packed; empty while it is yet to be computed.
CREATE TABLE job (
    id     INTEGER PRIMARY KEY,
    job    BLOB    NOT NULL UNIQUE,
    due    INTEGER,
    status INTEGER NOT NULL,
    row    BLOB    NOT NULL
) STRICT;
CREATE INDEX job_due ON job (due) WHERE due IS NOT NULL;
CREATE INDEX job_status ON job (status);

-- The outlet's days that a job belongs to, counted from 1970.
CREATE TABLE job_day (
    day INTEGER NOT NULL,
    id  INTEGER NOT NULL,
    PRIMARY KEY (day, id)
) STRICT, WITHOUT ROWID;

-- Jobs by a member, a phone, a serial or a township: a number that is made of it. Two may share one, so the row is asked.
CREATE TABLE job_key (
    key INTEGER NOT NULL,
    id  INTEGER NOT NULL,
    PRIMARY KEY (key, id)
) STRICT, WITHOUT ROWID;

-- Jobs that come back to another (R8).
CREATE TABLE job_revisit (
    first BLOB    NOT NULL,
    id    INTEGER NOT NULL,
    PRIMARY KEY (first, id)
) STRICT, WITHOUT ROWID;

-- What passed through a member's hands over all jobs, in fen (R43): kept up with each row.
CREATE TABLE hand (member TEXT PRIMARY KEY, fen INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Pieces of the texts by which a job is found. It says which jobs to ask, no more: no text, no places in it.
CREATE VIRTUAL TABLE search USING fts5 (
    piece, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '+-@&#'"
);
-- A piece that is taken out is gone at once, not at the next merge: what was purged can't be read.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

-- Unsent work of a job, for each row of a list.
CREATE INDEX change_unsent_doc ON change (doc) WHERE mine = 1 AND log_seq IS NULL;
