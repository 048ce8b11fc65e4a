-- A cache beside the log: jobs that have been quiet, in one piece. What is here follows from the log and may go at any time.
CREATE TABLE pack (
    outlet BLOB NOT NULL,
    job BLOB NOT NULL CHECK (length(job) = 16),
    -- All of the job from its first segment up to another entry; the turn that made it.
    first INTEGER NOT NULL,
    until INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Whoever asks what is packed reads no body.
CREATE UNIQUE INDEX pack_by_job ON pack (outlet, job, first, until, turn);

CREATE TABLE pack_turn (
    outlet BLOB NOT NULL,
    number INTEGER NOT NULL,
    name BLOB NOT NULL CHECK (length(name) = 8),
    -- The log's head then, and how far it was looked through for jobs that are quiet.
    until INTEGER NOT NULL,
    walked INTEGER NOT NULL,
    PRIMARY KEY (outlet, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX pack_turn_by_name ON pack_turn (outlet, name);
