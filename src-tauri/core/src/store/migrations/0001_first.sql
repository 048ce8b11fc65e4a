-- Changes are the truth: everything below them can be rebuilt.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- state: 0 adopted, 1 waiting for a parent, 2 quarantined.
-- noted_ms: when it was made (ours) or taken by the relay (others').
-- log_seq: the relay's log entry that holds it, once the relay has said so.
CREATE TABLE change (
    id       INTEGER PRIMARY KEY,
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    seq      INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    state    INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    mine     INTEGER NOT NULL CHECK (mine IN (0, 1)),
    noted_ms INTEGER NOT NULL,
    log_seq  INTEGER
) STRICT;
CREATE UNIQUE INDEX change_place ON change (doc, actor, seq);
CREATE INDEX change_unsent ON change (id) WHERE mine = 1 AND log_seq IS NULL;
CREATE INDEX change_waiting ON change (doc) WHERE state = 1;

-- One actor's run in one document: what admission goes by, and the newest signature.
CREATE TABLE run (
    doc       TEXT    NOT NULL,
    actor     BLOB    NOT NULL,
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    chain     BLOB    NOT NULL,
    next_op   INTEGER NOT NULL,
    signature BLOB    NOT NULL,
    tail      BLOB    NOT NULL,
    PRIMARY KEY (doc, actor)
) STRICT, WITHOUT ROWID;

-- A document's size, and a saved copy of it up to one change: a cache.
CREATE TABLE paper (
    doc      TEXT    PRIMARY KEY,
    ops      INTEGER NOT NULL,
    saved    BLOB,
    saved_to INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Pieces that can't be judged yet: their author or the changes before them are not known here.
CREATE TABLE held_piece (
    id     INTEGER PRIMARY KEY,
    doc    TEXT    NOT NULL,
    piece  BLOB    NOT NULL,
    at_ms  INTEGER NOT NULL,
    digest BLOB    NOT NULL UNIQUE
) STRICT;

-- Others' work that can't be opened here, with its reason; kept to retry, to export, to found anew.
CREATE TABLE quarantine (
    id    INTEGER PRIMARY KEY,
    doc   TEXT    NOT NULL,
    actor BLOB    NOT NULL,
    seq   INTEGER NOT NULL,
    code  TEXT    NOT NULL,
    piece BLOB,
    at_ms INTEGER NOT NULL,
    UNIQUE (doc, actor, seq)
) STRICT;

-- Our work that the relay refused.
CREATE TABLE refused (
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    from_seq INTEGER NOT NULL,
    code     TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (doc, actor, from_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    member TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    roles  TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    device  BLOB PRIMARY KEY,
    member  TEXT NOT NULL,
    key     BLOB NOT NULL,
    name    TEXT NOT NULL,
    lost    INTEGER NOT NULL,
    seen_ms INTEGER,
    changes INTEGER NOT NULL DEFAULT 0,
    photos  INTEGER NOT NULL DEFAULT 0,
    photo_bytes INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Grants as the log has them, and those that this owner's device has yet to say.
CREATE TABLE granted (
    job    TEXT NOT NULL,
    member TEXT NOT NULL,
    access INTEGER NOT NULL,
    PRIMARY KEY (job, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE grant_out (
    job    TEXT NOT NULL,
    member TEXT NOT NULL,
    access INTEGER NOT NULL,
    PRIMARY KEY (job, member)
) STRICT, WITHOUT ROWID;

-- Read model: one row a job. card and figures are JSON.
CREATE TABLE job (
    job         TEXT    PRIMARY KEY,
    taken_at    INTEGER NOT NULL,
    arrive_by   INTEGER NOT NULL,
    arrived_at  INTEGER,
    finished_at INTEGER,
    status      TEXT    NOT NULL,
    phone       TEXT    NOT NULL,
    serials     TEXT    NOT NULL,
    card        TEXT    NOT NULL,
    figures     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX job_due ON job (arrive_by);
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX job_open ON job (arrive_by) WHERE finished_at IS NULL;
CREATE INDEX job_phone ON job (phone) WHERE phone <> '';

-- Photo bytes lie beside the database, encrypted; this says what is where.
CREATE TABLE photo (
    hash     BLOB    PRIMARY KEY,
    doc      TEXT    NOT NULL,
    thumb    INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    here     INTEGER NOT NULL,
    mine     INTEGER NOT NULL,
    sent     INTEGER NOT NULL DEFAULT 0,
    on_relay INTEGER NOT NULL DEFAULT 0,
    refused  TEXT,
    at_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_doc ON photo (doc);
CREATE INDEX photo_unsent ON photo (thumb, at_ms) WHERE mine = 1 AND on_relay = 0;

CREATE TABLE attempt (
    id         INTEGER PRIMARY KEY,
    at_ms      INTEGER NOT NULL,
    millis     INTEGER NOT NULL,
    bytes_up   INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    error      TEXT
) STRICT;
