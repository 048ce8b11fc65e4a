-- Verdicts.
-- The first place of a run for which its author signed what can't stand there: nothing after it is ever taken.
ALTER TABLE run ADD COLUMN broken INTEGER;

-- Pieces that no author vouches for as they came, or that fork a run: they say nothing about a change, and a sound copy
-- may come.
CREATE TABLE aside (
    id       INTEGER PRIMARY KEY,
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    from_seq INTEGER NOT NULL,
    code     TEXT    NOT NULL,
    piece    BLOB    NOT NULL,
    at_ms    INTEGER NOT NULL,
    log_seq  INTEGER,
    digest   BLOB    NOT NULL UNIQUE
) STRICT;
CREATE INDEX aside_run ON aside (doc, actor);
INSERT INTO aside (doc, actor, from_seq, code, piece, at_ms, digest)
    SELECT doc, actor, seq, code, piece, at_ms, randomblob(32) FROM quarantine WHERE piece IS NOT NULL;

-- quarantine: one row a change that its author signed and that can't be part of its document. Its bytes are its row in
-- change, but for what stands behind a broken place.
DELETE FROM quarantine WHERE piece IS NOT NULL;
ALTER TABLE quarantine DROP COLUMN piece;

CREATE INDEX change_quarantined ON change (doc) WHERE state = 2;
