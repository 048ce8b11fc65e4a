-- What an author signed for a place of a run that can't hold it, and for the places behind: never part of a document.
-- in_place: its own bytes name this place. Then nobody else's change has this hash, and what rests on it is lost too.
-- The bytes are in aside, in the pieces as they came.
CREATE TABLE stray (
    doc      TEXT    NOT NULL,
    actor    BLOB    NOT NULL,
    seq      INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    in_place INTEGER NOT NULL CHECK (in_place IN (0, 1)),
    log_seq  INTEGER,
    PRIMARY KEY (doc, actor, seq)
) STRICT, WITHOUT ROWID;

-- The broken place is a run's first stray. Those that were met before are found again when what was put aside is judged
-- anew at the first start.
ALTER TABLE run DROP COLUMN broken;
DELETE FROM quarantine WHERE NOT EXISTS
    (SELECT 1 FROM change c WHERE c.doc = quarantine.doc AND c.actor = quarantine.actor AND c.seq = quarantine.seq);
