-- What an owner declined of this device's own work, and why. It stays when the job is given up, for some weeks.
CREATE TABLE declined (
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    reason   TEXT,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (doc, actor, from_seq)
) STRICT, WITHOUT ROWID;
