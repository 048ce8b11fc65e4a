-- Own work that lies in the owner's inbox at the relay, by the word of the inbox that holds it.
CREATE TABLE in_inbox (
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    mark     INTEGER NOT NULL,
    PRIMARY KEY (doc, actor, from_seq)
) STRICT, WITHOUT ROWID;

-- An owner's copy of the inbox: others' work that waits for a decision, and what was decided.
CREATE TABLE inbox (
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    mark     INTEGER NOT NULL,
    member   TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    -- Why the relay did not admit it, when an owner wanted that.
    code     TEXT,
    piece    BLOB,
    PRIMARY KEY (doc, actor, from_seq)
) STRICT;

-- What this owner's device has yet to say: decisions on the inbox, jobs that are to be erased. CBOR of the piece.
CREATE TABLE word_out (
    id    INTEGER PRIMARY KEY,
    piece BLOB NOT NULL UNIQUE
) STRICT;

-- Jobs that were erased for good; done: nothing of them is here any more.
CREATE TABLE erased_job (
    job  TEXT PRIMARY KEY,
    done INTEGER NOT NULL
) STRICT;
