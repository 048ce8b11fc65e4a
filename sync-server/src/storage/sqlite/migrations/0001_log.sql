-- The relay's own key, drawn once.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TABLE outlet (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,
    epoch BLOB NOT NULL CHECK (length(epoch) = 8),
    head INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    owner_seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    outlet BLOB NOT NULL REFERENCES outlet (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Bit n is set for the role with wire number n.
    roles INTEGER NOT NULL,
    status INTEGER NOT NULL,
    owner_since INTEGER,
    PRIMARY KEY (outlet, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    outlet BLOB NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 8),
    member TEXT NOT NULL,
    key BLOB NOT NULL CHECK (length(key) = 32),
    name TEXT NOT NULL,
    status INTEGER NOT NULL,
    -- SHA-256 of the token: whoever reads this table can't act as the device.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    cursor_seq INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    held_changes INTEGER NOT NULL,
    held_photos INTEGER NOT NULL,
    held_photo_bytes INTEGER NOT NULL,
    PRIMARY KEY (outlet, id),
    FOREIGN KEY (outlet, member) REFERENCES member (outlet, id)
) STRICT, WITHOUT ROWID;

-- The log. The body comes last, so that a scan over the other columns never touches its pages.
CREATE TABLE entry (
    outlet BLOB NOT NULL REFERENCES outlet (id),
    seq INTEGER NOT NULL CHECK (seq > 0),
    kind INTEGER NOT NULL,
    doc BLOB,
    author BLOB,
    carrier BLOB,
    actor BLOB,
    from_seq INTEGER,
    to_seq INTEGER,
    member TEXT,
    at_ms INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX entry_by_seq ON entry (outlet, seq);
CREATE INDEX entry_by_doc ON entry (outlet, doc, seq) WHERE doc IS NOT NULL;
CREATE INDEX entry_by_run ON entry (outlet, doc, actor, from_seq) WHERE from_seq IS NOT NULL;

CREATE TABLE document (
    outlet BLOB NOT NULL,
    doc BLOB NOT NULL,
    ops INTEGER NOT NULL,
    PRIMARY KEY (outlet, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    outlet BLOB NOT NULL,
    doc BLOB NOT NULL,
    actor BLOB NOT NULL CHECK (length(actor) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    next_op INTEGER NOT NULL,
    log_seq INTEGER NOT NULL,
    PRIMARY KEY (outlet, doc, actor)
) STRICT, WITHOUT ROWID;

-- The effective grant: the latest in the log, and a walk-in creator's implied one.
CREATE TABLE job_grant (
    outlet BLOB NOT NULL,
    member TEXT NOT NULL,
    job BLOB NOT NULL CHECK (length(job) = 16),
    access INTEGER NOT NULL,
    since INTEGER NOT NULL,
    log_seq INTEGER,
    PRIMARY KEY (outlet, member, job)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_grant_by_job ON job_grant (outlet, job);

CREATE TABLE invite (
    code_hash BLOB PRIMARY KEY CHECK (length(code_hash) = 32),
    outlet BLOB NOT NULL,
    member TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    FOREIGN KEY (outlet, member) REFERENCES member (outlet, id)
) STRICT, WITHOUT ROWID;

-- A blob is whole when it has a row here; its bytes lie in the folder.
CREATE TABLE blob (
    outlet BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    doc BLOB NOT NULL,
    size INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (outlet, hash, doc)
) STRICT, WITHOUT ROWID;
