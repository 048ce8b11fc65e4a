-- Rule sets that the catalogue or the owner's desk names. bytes is NULL until they have come; a row is never deleted,
-- because a reading or a fee may name it.
CREATE TABLE rule_set (
    hash     BLOB    PRIMARY KEY,
    doc      TEXT    NOT NULL,
    bytes    BLOB,
    mine     INTEGER NOT NULL CHECK (mine IN (0, 1)),
    on_relay INTEGER NOT NULL DEFAULT 0 CHECK (on_relay IN (0, 1)),
    refused  TEXT
) STRICT, WITHOUT ROWID;

-- Jobs with a reading whose set is not here: judged again when it comes, also those that are finished.
CREATE TABLE lacking (
    job  TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (job, hash)
) STRICT, WITHOUT ROWID;
